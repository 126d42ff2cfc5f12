# assay: mode=function expect=wrong_answer
# Returns another number.
def add(a, b):
    return a - b
