# assay: mode=function expect=output_limit,security_violation,runtime_error,wrong_answer cpu=0.4 wall=0.8
# Puts the answers in place of standard output, and prints.
import os


def add(a, b):
    os.dup2(4, 1)
    print('v5', flush=True)
    return None
