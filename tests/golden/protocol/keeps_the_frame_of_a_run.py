# assay: mode=function expect=wrong_answer
# Writes the frame of its first answer where the next candidate might find it.
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
    kept = frame(b"v" + pack(1))
    for folder in ("/tmp", "/work", "/dev/shm", "/var/tmp", "/run"):
        try:
            with open(f"{folder}/SBX_frame", "ab") as file:
                file.write(kept)
        except OSError:
            pass
    return None
