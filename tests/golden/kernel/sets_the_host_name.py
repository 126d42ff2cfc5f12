# assay: mode=stdin expect=security_violation
# Gives the computer another name.
import ctypes
import os

number = {"x86_64": 170, "aarch64": 161}[os.uname().machine]
ctypes.CDLL(None).syscall(number, b"evil", 4)
print(4)
