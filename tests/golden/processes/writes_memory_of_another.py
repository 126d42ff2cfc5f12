# assay: mode=stdin expect=security_violation
# Writes the memory of another process by a call that is made for that.
import ctypes
import os

number = {"x86_64": 311, "aarch64": 271}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 1, 0, 0, 0, 0, 0)
print(4)
