# assay: mode=function expect=passed
# The function is a lambda that a partial made.
from functools import partial

add = partial(lambda zero, a, b: a + b + zero, 0)
