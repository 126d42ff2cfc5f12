# assay: mode=function expect=security_violation
# Sends a question, as testers do, and hopes for a reply.
import os
import struct
import sys


def pack(value):
    frame = sys._getframe()
    while "pack" not in frame.f_globals or frame.f_globals["pack"] is pack:
        frame = frame.f_back
    return frame.f_globals["pack"](value)


def frame(payload):
    asked = sys._getframe()
    while asked is not None and "question" not in asked.f_locals:
        asked = asked.f_back
    number = asked.f_locals["question"][1:5] if asked else b""
    payload = payload[:1] + number + payload[1:]
    return struct.pack("<I", len(payload)) + payload

def add(a, b):
    os.write(4, frame(pack(("request", ("end", "check", "passed", "", "", "")))))
    return os.read(3, 1000)
