# assay: mode=function expect=security_violation
# Claims that a fork ended well, where none was asked for.
import os
import struct


def add(a, b):
    os.write(4, struct.pack("<I", 9) + b"d[1,0,0.0]"[:9])
    os._exit(0)
