# assay: mode=stdin expect=security_violation
# Counts what the processor does.
import ctypes
import os

number = {"x86_64": 298, "aarch64": 241}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
