# assay: mode=function expect=runtime_error
# Raises an exception that `except Exception` does not catch.
class Out(BaseException):
    pass


def add(a, b):
    raise Out
