# assay: mode=stdin expect=security_violation
# Starts another kernel.
import ctypes
import os

number = {"x86_64": 246, "aarch64": 104}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
