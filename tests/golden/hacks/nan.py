# assay: mode=function expect=runtime_error,wrong_answer
# Returns nan, which differs from all and is held equal by some.
def add(a, b):
    return float("nan")
