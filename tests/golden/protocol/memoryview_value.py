# assay: mode=function expect=wrong_answer
# Returns a view of memory.
def add(a, b):
    return memoryview(b"5")
