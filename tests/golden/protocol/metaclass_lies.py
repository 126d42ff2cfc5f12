# assay: mode=function expect=wrong_answer
# Returns an object whose class says that it has another order of bases.
class Meta(type):
    def mro(cls):
        return [cls, tuple, object]

    @property
    def __mro__(cls):
        return (cls, tuple, object)

    def __eq__(cls, other):
        return True

    __hash__ = type.__hash__


class Lie(tuple, metaclass=Meta):
    _fields = ("a",)


def add(a, b):
    return Lie((a + b,))
