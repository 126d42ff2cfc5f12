# assay: mode=function expect=runtime_error,wrong_answer
# Overwrites the arguments and the expected value in the frames above.
import ctypes
import sys


def add(a, b):
    frame = sys._getframe(1)
    while frame is not None:
        for name in ("expected", "value", "args", "result", "passed"):
            if name in frame.f_locals:
                frame.f_locals[name] = 5
                ctypes.pythonapi.PyFrame_LocalsToFast(
                    ctypes.py_object(frame), ctypes.c_int(0)
                )
        frame = frame.f_back
    return None
