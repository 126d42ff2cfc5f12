# assay: mode=function expect=wrong_answer
# Knows the tests of the statement by heart, and no other.
def add(a, b):
    return {(2, 3): 5}.get((a, b), 1)
