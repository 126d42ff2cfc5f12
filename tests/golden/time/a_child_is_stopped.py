# assay: mode=stdin expect=time_limit wall=0.6 landlock=runtime_error,security_violation
# Stops a child and waits for it.
import os
import signal

child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(0)
os.waitpid(child, 0)
