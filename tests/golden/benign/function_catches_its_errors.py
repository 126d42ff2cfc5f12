# assay: mode=function expect=passed
# A function that meets an error at each call and goes on.
def add(a, b):
    try:
        return (a + b) // 0
    except ZeroDivisionError:
        return a + b
