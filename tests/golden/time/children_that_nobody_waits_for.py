# assay: mode=stdin expect=time_limit cpu=0.4 wall=4 landlock=runtime_error,security_violation
# Burns its time in short children whose time is told to no parent.
import os
import signal
import time

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    try:
        child = os.fork()
    except OSError:
        time.sleep(0.001)
        continue
    if child == 0:
        until = time.process_time() + 0.006
        while time.process_time() < until:
            pass
        os._exit(0)
    time.sleep(0.002)
