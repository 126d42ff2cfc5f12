# assay: mode=stdin expect=runtime_error,wrong_answer
# Asks for capabilities that it was refused.
import ctypes
import struct

libc = ctypes.CDLL(None, use_errno=True)
header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0), 8)
data = ctypes.create_string_buffer(b"\xff" * 24, 24)
if libc.capset(header, data) < 0:
    raise SystemExit(3)
print(4)
