# assay: mode=stdin expect=security_violation
# Turns swap on.
import ctypes
import os

number = {"x86_64": 167, "aarch64": 224}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
