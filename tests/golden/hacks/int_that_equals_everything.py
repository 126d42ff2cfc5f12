# assay: mode=function expect=runtime_error,wrong_answer
# Returns a subclass of int that equals whatever it is compared with.
class Five(int):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = int.__hash__

    def __repr__(self):
        return "5"


def add(a, b):
    return Five(0)
