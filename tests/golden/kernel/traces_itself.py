# assay: mode=stdin expect=security_violation
# Asks to be traced.
import ctypes
import os

number = {"x86_64": 101, "aarch64": 117}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
