# assay: mode=stdin expect=security_violation
# Reads the keys of the session.
import ctypes
import os

number = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
