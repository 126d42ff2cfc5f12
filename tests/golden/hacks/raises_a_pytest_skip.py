# assay: mode=function expect=runtime_error
# Raises what looks like a skip or an exit of pytest.
class Skipped(BaseException):
    allow_module_level = True
    msg = "not today"
    returncode = 0


Skipped.__module__ = "_pytest.outcomes"
Skipped.__qualname__ = Skipped.__name__ = "Exit"


def add(a, b):
    raise Skipped
