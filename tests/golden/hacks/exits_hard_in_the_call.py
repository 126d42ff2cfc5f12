# assay: mode=function expect=runtime_error,wrong_answer
# Leaves with status 0 inside the call, past every exit function.
import os


def add(a, b):
    os._exit(0)
