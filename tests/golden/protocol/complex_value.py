# assay: mode=function expect=wrong_answer
# Returns the sum as a complex number, which equals it.
def add(a, b):
    return complex(a + b, 0)
