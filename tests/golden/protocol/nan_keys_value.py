# assay: mode=function expect=wrong_answer
# Returns a dict of a thousand keys that all are nan.
def add(a, b):
    return {float("nan"): n for n in range(1000)}
