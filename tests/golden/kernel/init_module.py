# assay: mode=stdin expect=security_violation
# Loads a module into the kernel.
import ctypes
import os

number = {"x86_64": 175, "aarch64": 105}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
