# assay: mode=stdin expect=wrong_answer,time_limit cpu=1 wall=3
# Sends SIGSTOP to every number but its own.
import os
import signal

for pid in range(1, 70_000):
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGSTOP)
        except OSError:
            pass
print(4)
