# assay: mode=function expect=wrong_answer
# Returns its arguments.
def add(a, b):
    return a, b
