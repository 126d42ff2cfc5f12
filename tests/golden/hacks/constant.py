# assay: mode=function expect=wrong_answer
# Returns the answer of the first test always.
def add(a, b):
    return 5
