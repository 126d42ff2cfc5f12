# assay: mode=stdin expect=security_violation
# Sets the clock.
import ctypes
import os

number = {"x86_64": 227, "aarch64": 112}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
