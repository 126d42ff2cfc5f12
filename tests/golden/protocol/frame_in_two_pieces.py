# assay: mode=function expect=wrong_answer
# Sends a wrong answer whose first three bytes, no whole header, come alone.
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

import time


def add(a, b):
    whole = frame(b"v" + pack(7))
    os.write(4, whole[:3])
    time.sleep(0.005)
    os.write(4, whole[3:])
    os._exit(0)
