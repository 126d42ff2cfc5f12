# assay: mode=stdin expect=security_violation
# Hides the flags of new namespaces behind bits that the kernel drops.
import ctypes
import os

number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
ctypes.CDLL(None).syscall(number, ctypes.c_ulong(0xFF00000010000000 | 17), 0, 0, 0, 0)
print(4)
