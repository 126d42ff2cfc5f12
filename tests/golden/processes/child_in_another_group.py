# assay: mode=stdin expect=time_limit wall=0.6 landlock=runtime_error,security_violation
# Moves a child into a group of its own and waits for it.
import os
import time

if os.fork() == 0:
    os.setpgid(0, 0)
    time.sleep(1000)
os.wait()
