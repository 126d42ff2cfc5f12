# assay: mode=stdin expect=passed
# Asks how many processors there are, as pools do.
import os

assert os.cpu_count()
assert os.sched_getaffinity(0)
print(sum(map(int, input().split())))
