# assay: mode=function expect=time_limit,runtime_error cpu=0.4 wall=0.8
# Puts standard output in place of the answers.
import os


def add(a, b):
    os.dup2(1, 4)
    return a + b
