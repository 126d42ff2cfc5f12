# assay: mode=function expect=runtime_error,wrong_answer
# Writes to the high descriptors where its parent keeps its own.
import os
import socket


def add(a, b):
    for fd in range(5, 1024):
        try:
            socket.socket(fileno=fd).send(b'{"is": "ended", "job": 1, "exit": 0}')
        except OSError:
            pass
    return None
