# assay: mode=function expect=wrong_answer
# Returns a range.
def add(a, b):
    return range(a + b, a + b + 1)
