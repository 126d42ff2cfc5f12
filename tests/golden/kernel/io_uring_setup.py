# assay: mode=stdin expect=security_violation
# Makes a ring by which calls pass the filter.
import ctypes
import os

number = {"x86_64": 425, "aarch64": 425}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 8, 0)
print(4)
