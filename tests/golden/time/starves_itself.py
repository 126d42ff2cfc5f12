# assay: mode=stdin expect=time_limit cpu=0.4 wall=3 landlock=runtime_error,security_violation
# Has its own short-lived children take the processors, to look starved by others.
import os
import signal
import time

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    try:
        child = os.fork()
    except OSError:
        os.sched_yield()
        continue
    if child == 0:
        until = time.monotonic() + 0.02
        while time.monotonic() < until:
            pass
        os._exit(0)
