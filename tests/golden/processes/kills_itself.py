# assay: mode=stdin expect=runtime_error,wrong_answer
# Sends SIGKILL to itself.
import os
import signal

os.kill(os.getpid(), signal.SIGKILL)
print(4)
