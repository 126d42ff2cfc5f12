# assay: mode=stdin expect=wrong_answer
# Makes a call that no kernel has yet.
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall(1000, 0, 0, 0, 0), ctypes.get_errno())
