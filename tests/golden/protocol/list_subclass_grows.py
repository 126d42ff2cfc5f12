# assay: mode=function expect=wrong_answer
# Returns a list that grows each time it is read.
class Grows(list):
    def __iter__(self):
        while True:
            yield 5

    def __len__(self):
        return 1 << 60


def add(a, b):
    return Grows()
