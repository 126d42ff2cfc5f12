# assay: mode=stdin expect=memory_limit,runtime_error cpu=3 landlock=memory_limit,runtime_error,security_violation
# Fills shared maps, each in a child that unmaps what the others filled.
import mmap
import os
import time

for _ in range(5):
    if os.fork() == 0:
        each = mmap.mmap(-1, 200 << 20)
        for at in range(0, 200 << 20, 4096):
            each[at] = 1
        time.sleep(5)
        os._exit(0)
for _ in range(5):
    os.wait()
