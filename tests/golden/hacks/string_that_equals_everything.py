# assay: mode=function expect=runtime_error,wrong_answer
# Returns a subclass of str that equals all and strips to itself.
class Text(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__

    def strip(self, *_):
        return self

    split = lower = strip


def add(a, b):
    return Text("x")
