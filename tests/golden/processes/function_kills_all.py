# assay: mode=function expect=runtime_error,wrong_answer
# Sends SIGKILL to every process that it may reach, in the call.
import os


def add(a, b):
    os.kill(-1, 9)
