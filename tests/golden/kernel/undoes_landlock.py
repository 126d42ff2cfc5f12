# assay: mode=stdin expect=runtime_error,wrong_answer
# Adds a rule set of its own that handles nothing, and reads what was closed.
import ctypes

libc = ctypes.CDLL(None)
fd = libc.syscall(444, ctypes.create_string_buffer(8), 8, 0)
libc.syscall(446, fd, 0)
print(open("/etc/shadow").read())
