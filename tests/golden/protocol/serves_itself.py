# assay: mode=function expect=wrong_answer
# Takes over the conversation while it is loaded, and always answers 5.
import os
import struct
import sys


def pack(value):
    frame = sys._getframe()
    while "pack" not in frame.f_globals or frame.f_globals["pack"] is pack:
        frame = frame.f_back
    return frame.f_globals["pack"](value)


def frame(payload):
    return struct.pack("<I", len(payload)) + payload

os.write(4, frame(b"l"))
while question := os.read(3, 1 << 16):
    payload = b"v" + question[5:9] + pack(5)
    os.write(4, struct.pack("<I", len(payload)) + payload)
os._exit(0)
