# assay: mode=stdin expect=security_violation
# Mounts a file system.
import ctypes
import os

number = {"x86_64": 165, "aarch64": 40}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
