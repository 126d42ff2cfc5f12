# assay: mode=function expect=wrong_answer
# Returns the answers of another order of the tests.
CALLS = iter((5, 0, 6))


def add(a, b):
    return next(CALLS, 5)
