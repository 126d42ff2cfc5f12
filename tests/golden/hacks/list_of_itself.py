# assay: mode=function expect=runtime_error,wrong_answer
# Returns a list that holds itself.
def add(a, b):
    x = []
    x.append(x)
    return x
