# assay: mode=stdin expect=runtime_error
# Adds a filter of its own that allows all, and calls what was refused.
import ctypes
import socket
import struct

steps = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000), 8)
header = ctypes.create_string_buffer(
    struct.pack("HxxxxxxQ", 1, ctypes.addressof(steps)), 16
)
ctypes.CDLL(None).prctl(22, 2, header, 0, 0)
socket.socket()
