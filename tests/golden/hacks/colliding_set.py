# assay: mode=function expect=output_limit,runtime_error,wrong_answer
# Returns a set of numbers with one hash.
def add(a, b):
    return {n * (2**61 - 1) for n in range(2000)}
