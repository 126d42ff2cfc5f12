# assay: mode=stdin expect=security_violation
# Opens a file past all folders.
import ctypes
import os

number = {"x86_64": 304, "aarch64": 265}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
