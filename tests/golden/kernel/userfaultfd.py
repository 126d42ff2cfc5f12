# assay: mode=stdin expect=security_violation
# Handles its own page faults, to stop the kernel where it likes.
import ctypes
import os

number = {"x86_64": 323, "aarch64": 282}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
