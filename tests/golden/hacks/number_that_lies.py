# assay: mode=function expect=runtime_error,wrong_answer
# Returns an object whose every way to become a number or a text gives 5.
class Lie:
    def __int__(self):
        return 5

    __index__ = __float__ = __len__ = __hash__ = __trunc__ = __round__ = __int__

    def __str__(self):
        return "5"

    __repr__ = __str__

    def __format__(self, spec):
        return "5"


def add(a, b):
    return Lie()
