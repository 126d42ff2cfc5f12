# assay: mode=stdin expect=wrong_answer,time_limit wall=1
# Waits for the lock of another candidate, and takes it for a sign.
import fcntl
import os
import time

with open(os.__file__, "rb") as file:
    for _ in range(20):
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(file, fcntl.LOCK_UN)
        except OSError:
            break
        time.sleep(0.01)
print(4)
