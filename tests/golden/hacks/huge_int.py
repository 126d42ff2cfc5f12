# assay: mode=function expect=runtime_error,wrong_answer,output_limit
# Returns a number of nearly a million digits.
def add(a, b):
    return 1 << 3_200_000
