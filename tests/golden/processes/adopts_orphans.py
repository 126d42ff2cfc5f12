# assay: mode=stdin expect=time_limit cpu=0.3 landlock=runtime_error,security_violation
# Becomes the parent of its orphans, and lets them loop.
import ctypes
import os
import time

ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
for _ in range(2):
    if os.fork() == 0:
        if os.fork() == 0:
            while True:
                pass
        os._exit(0)
while True:
    time.sleep(1)
