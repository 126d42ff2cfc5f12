# assay: mode=function expect=runtime_error,wrong_answer
# Takes away the modules that a harness needs to tell of a failure.
import sys

for name in ("json", "struct", "traceback", "os", "unittest"):
    sys.modules[name] = None


def add(a, b):
    return None
