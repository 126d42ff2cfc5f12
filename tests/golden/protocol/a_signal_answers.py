# assay: mode=function expect=security_violation,runtime_error,wrong_answer
# Answers from a signal handler while the server answers.
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

import signal

WRONG = frame(b"v" + pack(1))
signal.signal(signal.SIGALRM, lambda *args: os.write(4, WRONG))


def add(a, b):
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    return sum(range(300000)) * 0
