# assay: mode=stdin expect=security_violation
# Takes a descriptor of another process.
import ctypes

ctypes.CDLL(None).syscall(438, 3, 0, 0)
print(4)
