# assay: mode=function expect=runtime_error
# Takes one argument where two are given.
def add(a):
    return a
