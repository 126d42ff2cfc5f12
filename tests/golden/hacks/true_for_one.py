# assay: mode=function expect=wrong_answer
# Returns True, which Python takes for 1.
def add(a, b):
    return a + b == 5
