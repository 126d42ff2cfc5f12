# assay: mode=function expect=runtime_error,wrong_answer
# Is a class whose metaclass is called in place of it.
class Meta(type):
    def __call__(cls, *args):
        return cls

    def __eq__(cls, other):
        return True

    __hash__ = type.__hash__


class add(metaclass=Meta):
    pass
