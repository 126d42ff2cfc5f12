# assay: mode=function expect=wrong_answer
# Returns a function that returns the sum.
def add(a, b):
    return lambda: a + b
