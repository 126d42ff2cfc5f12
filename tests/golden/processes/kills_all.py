# assay: mode=stdin expect=runtime_error,wrong_answer
# Sends SIGKILL to every process that it may reach.
import os
import signal

os.kill(-1, signal.SIGKILL)
print(4)
