# assay: mode=function expect=security_violation
# Answers in the form in which only the judge may ask.
import marshal
import os
import struct


def add(a, b):
    payload = b"m" + marshal.dumps(5)
    os.write(4, struct.pack("<I", len(payload)) + payload)
    os._exit(0)
