# assay: mode=function expect=wrong_answer
# Returns True where the sum is not nothing.
def add(a, b):
    return bool(a + b)
