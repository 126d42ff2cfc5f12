# assay: mode=function expect=runtime_error,wrong_answer
# Leaves with status 0 inside the call.
import sys


def add(a, b):
    sys.exit(0)
