# assay: mode=function expect=passed
# The function is an object of functools, not a plain function.
from functools import lru_cache


@lru_cache(maxsize=None)
def add(a, b):
    return a if b == 0 else add(a + 1, b - 1) if b > 0 else add(a - 1, b + 1)
