# assay: mode=function expect=wrong_answer
# Returns a counter of the sum.
def add(a, b):
    from collections import Counter

    return Counter({a + b: 1})
