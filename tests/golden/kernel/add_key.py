# assay: mode=stdin expect=security_violation
# Stores a key in the kernel.
import ctypes
import os

number = {"x86_64": 248, "aarch64": 217}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
