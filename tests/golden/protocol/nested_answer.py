# assay: mode=function expect=wrong_answer
# Returns the answer in a list.
def add(a, b):
    return [a + b]
