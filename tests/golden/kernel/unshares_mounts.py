# assay: mode=stdin expect=security_violation
# Makes a namespace of mounts.
import ctypes
import os

number = {"x86_64": 272, "aarch64": 97}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0x20000)
print(4)
