# assay: mode=stdin expect=runtime_error,wrong_answer
# Adds a filter that hands its calls to itself.
import ctypes
import struct

steps = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000), 8)
header = ctypes.create_string_buffer(
    struct.pack("HxxxxxxQ", 1, ctypes.addressof(steps)), 16
)
ctypes.CDLL(None).syscall(317, 1, 8, header)
print(4)
