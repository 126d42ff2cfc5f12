# assay: mode=function expect=wrong_answer,security_violation,runtime_error,time_limit cpu=0.4 wall=0.8
# Forks in the call, so that both return.
import os


def add(a, b):
    os.fork()
    return a * b
