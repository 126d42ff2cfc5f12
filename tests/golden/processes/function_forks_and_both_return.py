# assay: mode=function expect=security_violation,runtime_error,wrong_answer,time_limit cpu=0.4 wall=0.8
# Forks at each call and lets all of the family answer wrongly.
import os


def add(a, b):
    os.fork()
    return a - b + 1
