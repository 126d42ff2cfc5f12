# assay: mode=function expect=wrong_answer
# Returns text of half characters that would join.
def add(a, b):
    return "\ud83d" + "\ude00" + "\udcff"
