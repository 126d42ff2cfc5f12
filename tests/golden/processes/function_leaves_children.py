# assay: mode=function expect=wrong_answer landlock=runtime_error,security_violation
# Leaves a sleeping child at each call, and answers wrongly.
import os
import time


def add(a, b):
    if os.fork() == 0:
        time.sleep(1000)
    return None
