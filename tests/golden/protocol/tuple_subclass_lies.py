# assay: mode=function expect=wrong_answer
# Returns a named tuple that iterates otherwise than it compares.
from typing import NamedTuple


class Sum(NamedTuple):
    value: int

    def __iter__(self):
        return iter((5, 6, 0))

    def __eq__(self, other):
        return True


def add(a, b):
    return Sum(a + b)
