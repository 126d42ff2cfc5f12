# assay: mode=function expect=time_limit cpu=0.4 wall=4 landlock=runtime_error,security_violation
# Has children do the work of a call and waits for them.
import os
import time


def add(a, b):
    for _ in range(4):
        if os.fork() == 0:
            until = time.process_time() + 30
            while time.process_time() < until:
                pass
            os._exit(0)
    for _ in range(4):
        os.wait()
    return a + b
