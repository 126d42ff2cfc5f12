# assay: mode=function expect=wrong_answer
# Returns the ellipsis.
def add(a, b):
    return ...
