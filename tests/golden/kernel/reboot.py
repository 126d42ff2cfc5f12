# assay: mode=stdin expect=security_violation
# Restarts the computer.
import ctypes
import os

number = {"x86_64": 169, "aarch64": 142}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
