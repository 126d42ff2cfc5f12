# assay: mode=stdin expect=security_violation
# Moves a mount.
import ctypes
import os

number = {"x86_64": 429, "aarch64": 429}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
