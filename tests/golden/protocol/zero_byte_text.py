# assay: mode=function expect=wrong_answer
# Returns a text with a zero byte and escapes.
def add(a, b):
    return "5\0\x1b[2J\u202e"
