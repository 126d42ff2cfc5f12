# assay: mode=function expect=security_violation
# Names sizes of raw parts that are negative, huge, or no numbers.
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
    for size in ("-1", "1e9", "99999999999999999999", '"8"', "true", "[0]", "null"):
        text = f"[10,{size}]".encode()
        payload = b"vR" + struct.pack("<I", len(text)) + text + bytes(8)
        os.write(4, frame(payload))
    os._exit(0)
