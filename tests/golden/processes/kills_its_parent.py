# assay: mode=stdin expect=runtime_error,wrong_answer
# Sends SIGKILL to its parent.
import os
import signal

os.kill(os.getppid(), signal.SIGKILL)
print(4)
