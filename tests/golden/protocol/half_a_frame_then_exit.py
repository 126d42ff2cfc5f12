# assay: mode=function expect=runtime_error
# Promises sixteen bytes, sends three, and leaves with status 0.
import os


def add(a, b):
    os.write(4, b"\x10\x00\x00\x00[1,")
    os._exit(0)
