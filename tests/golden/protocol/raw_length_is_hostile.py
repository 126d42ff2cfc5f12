# assay: mode=function expect=security_violation
# Says that the JSON before its raw part is longer than all that it sends.
import os
import struct
import sys


def frame(payload):
    asked = sys._getframe()
    while asked is not None and "question" not in asked.f_locals:
        asked = asked.f_back
    number = asked.f_locals["question"][1:5] if asked else b""
    payload = payload[:1] + number + payload[1:]
    return struct.pack("<I", len(payload)) + payload


def add(a, b):
    payload = b"vR" + struct.pack("<I", 0xFFFFFFFF) + b"5"
    os.write(4, frame(payload))
    os._exit(0)
