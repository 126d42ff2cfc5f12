# assay: mode=function expect=runtime_error,wrong_answer
# Returns a list a hundred thousand deep.
def add(a, b):
    x = 5
    for _ in range(100_000):
        x = [x]
    return x
