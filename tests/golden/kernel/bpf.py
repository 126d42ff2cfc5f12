# assay: mode=stdin expect=security_violation
# Loads a program into the kernel.
import ctypes
import os

number = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
