# assay: mode=function expect=time_limit,wrong_answer cpu=0.3
# Returns a value whose class takes for ever to look at.
class Meta(type):
    def __getattribute__(cls, name):
        while True:
            pass


class Slow(metaclass=Meta):
    pass


def add(a, b):
    return Slow()
