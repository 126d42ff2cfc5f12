# assay: mode=function expect=runtime_error,wrong_answer
# Leaves with status 0 where an error would be reported.
import ctypes
import sys

sys.excepthook = sys.unraisablehook = lambda *args: ctypes.CDLL(None)._exit(0)


def add(a, b):
    raise ValueError
