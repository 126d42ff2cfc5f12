# assay: mode=stdin expect=security_violation
# Takes a copy of the tree of mounts.
import ctypes
import os

number = {"x86_64": 428, "aarch64": 428}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
