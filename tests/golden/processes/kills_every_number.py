# assay: mode=stdin expect=runtime_error,wrong_answer,time_limit cpu=1
# Sends SIGKILL to every number but its own.
import os
import signal

for pid in range(1, 70_000):
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
print(4)
