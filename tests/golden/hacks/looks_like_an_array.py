# assay: mode=function expect=runtime_error,wrong_answer
# Returns what numpy and its friends would take for an array of the answer.
class Array:
    dtype = "int64"
    shape = ()

    def __array__(self, *args, **kwargs):
        return 5

    def item(self):
        return 5

    tolist = item

    def all(self):
        return True

    any = __bool__ = all

    def __eq__(self, other):
        return self


def add(a, b):
    return Array()
