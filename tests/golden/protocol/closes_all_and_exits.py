# assay: mode=function expect=runtime_error
# Closes every descriptor and leaves with status 0.
import os


def add(a, b):
    os.closerange(0, 64)
    os._exit(0)
