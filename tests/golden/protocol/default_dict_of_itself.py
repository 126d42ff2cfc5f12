# assay: mode=function expect=runtime_error,wrong_answer
# Returns a dict whose missing keys make it grow as it is read.
def add(a, b):
    from collections import defaultdict

    x = defaultdict(lambda: x)
    x[1] = x
    return x
