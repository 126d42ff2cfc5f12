# assay: mode=function expect=runtime_error,time_limit cpu=0.4 wall=0.8
# Closes the descriptor of the answers and returns.
import os


def add(a, b):
    os.close(4)
    return a + b
