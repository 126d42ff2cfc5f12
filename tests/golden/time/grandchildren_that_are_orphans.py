# assay: mode=stdin expect=time_limit cpu=0.4 wall=4 landlock=runtime_error,security_violation,wrong_answer
# Burns its time in grandchildren whose parent has left.
import os
import signal
import time

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    try:
        child = os.fork()
        if child == 0:
            if os.fork() == 0:
                until = time.process_time() + 0.008
                while time.process_time() < until:
                    pass
            os._exit(0)
    except OSError:
        if os.getpid() != 1:
            os._exit(0)
    time.sleep(0.004)
