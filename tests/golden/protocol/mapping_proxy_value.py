# assay: mode=function expect=wrong_answer
# Returns a view of a dict.
def add(a, b):
    return {5: 5}.keys()
