# assay: mode=function expect=runtime_error,wrong_answer
# Returns a subclass of list that equals whatever it is compared with.
class Any(list):
    def __eq__(self, other):
        return True

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self


def add(a, b):
    return Any()
