# assay: mode=function expect=runtime_error,wrong_answer,time_limit,memory_limit,output_limit
# Returns an iterator without an end.
import itertools


def add(a, b):
    return itertools.count(5)
