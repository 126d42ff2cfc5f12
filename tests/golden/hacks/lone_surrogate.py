# assay: mode=function expect=runtime_error,wrong_answer
# Returns half a character, which no text can hold.
def add(a, b):
    return "5\ud800"
