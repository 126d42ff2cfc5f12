# assay: mode=function expect=runtime_error,wrong_answer
# Returns a dict that holds itself, by way of a tuple.
def add(a, b):
    x = {}
    x["self"] = (x, 5)
    return x
