# assay: mode=stdin expect=security_violation
# Asks for a name that is good past all folders.
import ctypes
import os

number = {"x86_64": 303, "aarch64": 264}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
