# assay: mode=function expect=passed
# A function that keeps what it saw.
SEEN: dict[int, int] = {}


def add(a, b):
    SEEN[a] = b
    return a + b
