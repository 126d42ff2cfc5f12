# assay: mode=stdin expect=security_violation
# Watches what all processes do with files.
import ctypes
import os

number = {"x86_64": 300, "aarch64": 262}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
