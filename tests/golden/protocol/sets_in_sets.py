# assay: mode=function expect=wrong_answer,security_violation,output_limit
# Answers with frozen sets in frozen sets, each twice.
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
    text = "[3]"
    for _ in range(15):
        text = f"[3,{text},{text},1]"
    os.write(4, frame(f'v{text}'.encode()))
    os._exit(0)
