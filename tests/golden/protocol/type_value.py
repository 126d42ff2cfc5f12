# assay: mode=function expect=wrong_answer
# Returns the type int.
def add(a, b):
    return int
