# assay: mode=function expect=security_violation
# Promises raw numbers behind its JSON that do not come.
import os
import struct


def add(a, b):
    text = b"[10,100000]"
    payload = b"vR" + struct.pack("<I", len(text)) + text + bytes(8)
    os.write(4, struct.pack("<I", len(payload)) + payload)
    os._exit(0)
