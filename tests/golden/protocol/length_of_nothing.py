# assay: mode=function expect=security_violation
# Sends a frame of no bytes.
import os


def add(a, b):
    os.write(4, bytes(4))
    os._exit(0)
