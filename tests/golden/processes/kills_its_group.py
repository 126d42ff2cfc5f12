# assay: mode=stdin expect=runtime_error,wrong_answer
# Sends SIGKILL to its group of processes.
import os
import signal

os.killpg(0, signal.SIGKILL)
print(4)
