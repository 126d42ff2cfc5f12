# assay: mode=stdin expect=security_violation
# Unmounts its own /proc.
import ctypes
import os

number = {"x86_64": 166, "aarch64": 39}[os.uname().machine]
ctypes.CDLL(None).syscall(number, b"/proc", 2)
print(4)
