# assay: mode=stdin expect=security_violation
# Changes its root.
import ctypes
import os

number = {"x86_64": 155, "aarch64": 41}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
