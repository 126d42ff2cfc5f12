# assay: mode=function expect=runtime_error,wrong_answer
# Leaves through the C library, which Python does not see.
import ctypes


def add(a, b):
    ctypes.CDLL(None)._exit(0)
