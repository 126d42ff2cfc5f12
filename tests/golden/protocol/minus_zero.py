# assay: mode=function expect=wrong_answer
# Returns minus zero and other floats.
def add(a, b):
    return -0.0 if a == b else float(a + b)
