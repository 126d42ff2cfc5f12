# assay: mode=function expect=output_limit,runtime_error,wrong_answer cpu=0.4 wall=0.8
# Turns the pipe of the answers into one of packets and shrinks it.
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

import fcntl


def add(a, b):
    flags = fcntl.fcntl(4, fcntl.F_GETFL)
    fcntl.fcntl(4, fcntl.F_SETFL, flags | os.O_DIRECT | os.O_NONBLOCK)
    fcntl.fcntl(4, 1031, 4096)
    return [1] * 300000
