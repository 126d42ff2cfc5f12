# assay: mode=function expect=wrong_answer,security_violation,output_limit
# Answers with a dict of fifty thousand keys of one hash.
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
    keys = ",".join(f'[7,"{n * (2**61 - 1):x}"],0' for n in range(1, 40_000))
    os.write(4, frame(f'v[4,{keys}]'.encode()))
    os._exit(0)
