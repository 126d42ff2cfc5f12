# assay: mode=function expect=wrong_answer
# Returns NotImplemented, which asks the other side to compare.
def add(a, b):
    return NotImplemented
