# assay: mode=function expect=runtime_error,wrong_answer
# Returns an object of a class that is called int, of builtins.
def equal(self, other):
    return True


fake = type("int", (), {"__eq__": equal, "__module__": "builtins"})


def add(a, b):
    return fake()
