# assay: mode=function expect=runtime_error
# Raises what tells test runners that a test is to be skipped.
import unittest


def add(a, b):
    raise unittest.SkipTest("not today")
