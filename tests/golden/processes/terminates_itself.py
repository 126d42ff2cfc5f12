# assay: mode=stdin expect=runtime_error,wrong_answer
# Sends SIGTERM to itself.
import os
import signal

os.kill(os.getpid(), signal.SIGTERM)
print(4)
