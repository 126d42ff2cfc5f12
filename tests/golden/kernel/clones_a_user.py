# assay: mode=stdin expect=security_violation
# Clones itself into a new user namespace.
import ctypes
import os

number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0x10000000 | 17, 0, 0, 0, 0)
print(4)
