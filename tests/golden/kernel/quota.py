# assay: mode=stdin expect=security_violation
# Sets quotas of the disk.
import ctypes
import os

number = {"x86_64": 179, "aarch64": 60}[os.uname().machine]
ctypes.CDLL(None).syscall(number, 0, 0, 0, 0, 0)
print(4)
