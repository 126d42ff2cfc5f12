# assay: mode=function expect=runtime_error,wrong_answer
# Is no function but an object that answers everything with itself.
class All:
    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        return self

    def __eq__(self, other):
        return True

    def __iter__(self):
        return iter(())

    def __bool__(self):
        return True

    __name__ = "add"


add = All()
