# assay: mode=function expect=runtime_error
# Connects in the call.
import socket


def add(a, b):
    socket.create_connection(("127.0.0.1", 22), 1)
    return a + b
