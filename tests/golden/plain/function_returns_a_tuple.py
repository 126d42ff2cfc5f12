# assay: mode=function expect=wrong_answer
# Returns the sum with a comma after it.
def add(a, b):
    return (a + b,)
