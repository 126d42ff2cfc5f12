# assay: mode=function expect=runtime_error,wrong_answer
# Changes the processor that it may have shared with the judge, and answers wrongly.
import os


def add(a, b):
    os.sched_setaffinity(0, {0})
    return a - b
