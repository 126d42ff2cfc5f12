# assay: mode=function expect=wrong_answer
# Returns an array of bytes, which is no plain value.
def add(a, b):
    return bytearray(b"5")
