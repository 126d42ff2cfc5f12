# assay: mode=stdin expect=security_violation
# Asks the kernel for a key.
import ctypes
import os

number = {"x86_64": 249, "aarch64": 218}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
