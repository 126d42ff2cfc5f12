# assay: mode=stdin expect=wrong_answer
# Clones itself by the call whose flags no filter can read.
import ctypes
import struct

libc = ctypes.CDLL(None, use_errno=True)
args = ctypes.create_string_buffer(struct.pack("8Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0))
print(libc.syscall(435, args, 64), ctypes.get_errno())
