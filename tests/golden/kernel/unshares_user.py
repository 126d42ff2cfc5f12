# assay: mode=stdin expect=security_violation
# Makes a user namespace, where it would be root.
import ctypes
import os

number = {"x86_64": 272, "aarch64": 97}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0x10000000)
print(4)
