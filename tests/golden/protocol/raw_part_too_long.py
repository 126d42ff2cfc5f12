# assay: mode=function expect=security_violation
# Leaves raw bytes behind its JSON that belong to nothing.
import os
import struct


def add(a, b):
    payload = b"vR" + struct.pack("<I", 1) + b"5" + bytes(800)
    os.write(4, struct.pack("<I", len(payload)) + payload)
    os._exit(0)
