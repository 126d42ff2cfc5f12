# assay: mode=stdin expect=security_violation,runtime_error
# Attaches to its parent as a debugger does.
import ctypes
import os

number = {"x86_64": 101, "aarch64": 117}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 16, os.getppid(), 0, 0)
print(4)
