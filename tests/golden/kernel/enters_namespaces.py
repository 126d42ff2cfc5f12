# assay: mode=stdin expect=security_violation
# Enters a namespace that it holds open.
import ctypes
import os

number = {"x86_64": 308, "aarch64": 268}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
