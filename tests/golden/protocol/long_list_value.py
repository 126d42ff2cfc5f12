# assay: mode=function expect=output_limit,wrong_answer
# Returns a list of a million numbers.
def add(a, b):
    return list(range(1_000_000))
