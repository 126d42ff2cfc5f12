# assay: mode=stdin expect=security_violation,wrong_answer
# Clones itself with a new user namespace, by the number of another mode.
import ctypes

print(ctypes.CDLL(None).syscall(0x40000000 | 56, 0x10000000 | 17, 0, 0, 0, 0))
