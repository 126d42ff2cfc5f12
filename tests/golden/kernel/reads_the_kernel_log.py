# assay: mode=stdin expect=security_violation
# Reads what the kernel has said.
import ctypes
import os

number = {"x86_64": 103, "aarch64": 116}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
