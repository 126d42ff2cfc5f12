# assay: mode=function expect=runtime_error,wrong_answer
# Leaves with status 0 in an exit function, which has the last word.
import atexit
import os

atexit.register(os._exit, 0)


def add(a, b):
    return None
