# assay: mode=function expect=passed
# A plain function.
def add(a, b):
    return a + b
