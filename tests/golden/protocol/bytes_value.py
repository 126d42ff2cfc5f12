# assay: mode=function expect=wrong_answer
# Returns the answer as bytes.
def add(a, b):
    return b"5"
