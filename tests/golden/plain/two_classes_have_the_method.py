# assay: mode=function expect=runtime_error,compile_error
# Has the method twice, so that nothing says which is meant.
class One:
    def add(self, a, b):
        return a + b


class Two(One):
    def add(self, a, b):
        return a + b
