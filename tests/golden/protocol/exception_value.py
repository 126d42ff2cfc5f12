# assay: mode=function expect=wrong_answer
# Returns an exception in place of raising it.
def add(a, b):
    return AssertionError(5)
