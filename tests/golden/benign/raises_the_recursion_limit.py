# assay: mode=stdin expect=passed
# Recurs 5,000 deep in the main thread.
import sys

sys.setrecursionlimit(10000)


def depth(n: int) -> int:
    return 0 if n == 0 else 1 + depth(n - 1)


print(sum(map(int, input().split())) + depth(5000) - 5000)
