# assay: mode=stdin expect=wrong_answer,security_violation
# Makes a call with a negative number.
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall(-5, 0, 0), ctypes.get_errno())
