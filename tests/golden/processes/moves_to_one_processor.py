# assay: mode=stdin expect=runtime_error
# Asks to run on one processor, where others might be.
import os

os.sched_setaffinity(0, {0})
print(4)
