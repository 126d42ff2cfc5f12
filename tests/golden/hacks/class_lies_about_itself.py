# assay: mode=function expect=runtime_error,wrong_answer
# Returns an object whose __class__ says int.
class Int:
    __class__ = int

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 5


def add(a, b):
    return Int(5)
