# assay: mode=function expect=security_violation
# Says that the JSON before its raw part is longer than all that it sends.
import os
import struct


def add(a, b):
    payload = b"vR" + struct.pack("<I", 0xFFFFFFFF) + b"5"
    os.write(4, struct.pack("<I", len(payload)) + payload)
    os._exit(0)
