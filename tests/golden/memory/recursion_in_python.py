# assay: mode=stdin expect=runtime_error,memory_limit,time_limit cpu=1
# Recurs in Python without an end or a limit.
import sys

sys.setrecursionlimit(10**9)


def deep(n):
    return deep(n + 1) + 1


deep(0)
