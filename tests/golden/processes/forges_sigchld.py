# assay: mode=stdin expect=wrong_answer
# Tells its parent that a child has ended.
import os
import signal

for pid in (os.getppid(), 1, 2):
    try:
        os.kill(pid, signal.SIGCHLD)
    except OSError:
        pass
print(4)
