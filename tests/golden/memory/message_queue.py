# assay: mode=stdin expect=runtime_error
# Asks for a queue of messages in the kernel.
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
if libc.msgget(0, 0o1600) < 0:
    raise SystemExit(3)
print(4)
