# assay: mode=function expect=runtime_error,wrong_answer
# Returns tuples five hundred deep.
def add(a, b):
    x = a + b
    for _ in range(500):
        x = (x,)
    return x
