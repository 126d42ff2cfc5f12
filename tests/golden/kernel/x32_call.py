# assay: mode=stdin expect=security_violation,wrong_answer
# Makes a call in the mode that has its own numbers.
import ctypes

print(ctypes.CDLL(None).syscall(0x40000000 | 39))
