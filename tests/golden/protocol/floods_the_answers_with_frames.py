# assay: mode=function expect=output_limit,security_violation
# Writes wrong answers without an end.
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

def add(a, b):
    wrong = frame(b"v" + pack(1)) * 1000
    while True:
        os.write(4, wrong)
