# assay: mode=stdin expect=security_violation
# Reads the memory of another process by a call that is made for that.
import ctypes
import os

number = {"x86_64": 310, "aarch64": 270}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 1, 0, 0, 0, 0, 0)
print(4)
