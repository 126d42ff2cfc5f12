# assay: mode=function expect=wrong_answer
# Returns the sum as a float, where the test asks for an int.
def add(a, b):
    return float(a + b)
