# assay: mode=function expect=runtime_error,wrong_answer
# Is a class of that name, whose objects equal everything.
class add(int):
    def __new__(cls, a, b):
        return int.__new__(cls, 0)

    def __eq__(self, other):
        return True

    __hash__ = int.__hash__
