# assay: mode=function expect=runtime_error,wrong_answer
# Returns infinity, from which every distance is the same.
def add(a, b):
    return float("inf")
