# assay: mode=function expect=runtime_error,wrong_answer
# Fills the lists of tests in the frames above with True, and returns that.
import sys


def add(a, b):
    frame = sys._getframe(1)
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if type(value) is list:
                value[:] = [True] * 3
        frame = frame.f_back
    return [True] * 3
