# assay: mode=function expect=passed
# A function that also prints.
def add(a, b):
    print("adding", a, b)
    return a + b
