# assay: mode=function expect=runtime_error,wrong_answer
# Returns an object that says it equals whatever it is compared with.
class Yes:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return hash(5)


def add(a, b):
    return Yes()
