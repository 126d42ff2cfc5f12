# assay: mode=function expect=wrong_answer
# Returns a member of an enumeration of numbers, which equals it.
def add(a, b):
    import enum

    return enum.IntEnum("Sum", {"x": a + b}).x
