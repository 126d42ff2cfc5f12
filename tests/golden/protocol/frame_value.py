# assay: mode=function expect=wrong_answer
# Returns its own frame, which holds all there is.
def add(a, b):
    import sys

    return sys._getframe()
