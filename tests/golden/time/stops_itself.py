# assay: mode=stdin expect=time_limit,wrong_answer wall=0.6
# Stops itself with SIGSTOP, which the first process of a namespace does not heed.
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
print(1)
