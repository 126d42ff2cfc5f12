# assay: mode=function expect=runtime_error,security_violation,wrong_answer
# Answers from an exit function.
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

import atexit

WRONG = frame(b"v" + pack(1))


def add(a, b):
    atexit.register(os.write, 4, WRONG)
    sys.exit(0)
