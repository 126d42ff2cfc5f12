# assay: mode=stdin expect=security_violation
# Opens a file system by its name.
import ctypes
import os

number = {"x86_64": 430, "aarch64": 430}[os.uname().machine]
ctypes.CDLL(None).syscall(number, b"tmpfs", 0)
print(4)
