# assay: mode=function expect=runtime_error,wrong_answer,time_limit,security_violation wall=0.8 cpu=0.5
# Forks, and the child leaves with status 0 while the parent waits.
import os
import time


def add(a, b):
    if os.fork() == 0:
        os._exit(0)
    time.sleep(0.3)
