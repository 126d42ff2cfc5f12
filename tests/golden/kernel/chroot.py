# assay: mode=stdin expect=security_violation
# Changes its root in the older way.
import ctypes
import os

number = {"x86_64": 161, "aarch64": 51}[os.uname().machine]
ctypes.CDLL(None).syscall(number, b"/work")
print(4)
