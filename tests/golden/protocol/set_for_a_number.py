# assay: mode=function expect=wrong_answer
# Returns a set of the answer.
def add(a, b):
    return {a + b}
