# assay: mode=function expect=runtime_error,wrong_answer
# Makes every assertion of unittest succeed.
import unittest

for name in dir(unittest.TestCase):
    if name.startswith("assert"):
        setattr(unittest.TestCase, name, lambda *args, **kwargs: None)
unittest.TestCase.run = lambda *args, **kwargs: None
unittest.TestResult.wasSuccessful = lambda self: True


def add(a, b):
    return None
