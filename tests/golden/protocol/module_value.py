# assay: mode=function expect=wrong_answer
# Returns a module.
def add(a, b):
    import os

    return os
