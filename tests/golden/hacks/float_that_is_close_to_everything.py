# assay: mode=function expect=runtime_error,wrong_answer
# Returns a float whose distance to every number is nothing.
class Near(float):
    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__

    def __abs__(self):
        return 0.0

    def __le__(self, other):
        return True

    __lt__ = __ge__ = __gt__ = __eq__ = __le__


def add(a, b):
    return Near("nan")
