# assay: mode=function expect=security_violation
# Sends a thousand frames of no bytes.
import os


def add(a, b):
    os.write(4, bytes(4000))
    return a - b
