# assay: mode=stdin expect=security_violation
# Enters a ring.
import ctypes
import os

number = {"x86_64": 426, "aarch64": 426}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
