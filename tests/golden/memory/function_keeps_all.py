# assay: mode=function expect=memory_limit
# Takes 400 MB more in each call.
KEPT = []


def add(a, b):
    KEPT.append(b"x" * (400 << 20))
    return a + b
