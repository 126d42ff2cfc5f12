# assay: mode=stdin expect=runtime_error,memory_limit,time_limit cpu=1
# Recurs in C until the stack ends.
import sys

sys.setrecursionlimit(10**8)
x = []
for _ in range(10**6):
    x = [x]
repr(x)
