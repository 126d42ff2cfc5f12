# assay: mode=function expect=wrong_answer
# Returns the sum as text.
def add(a, b):
    return str(a + b)
