# assay: mode=stdin expect=runtime_error
# Asks for less of the disk.
import ctypes
import os

number = {"x86_64": 251, "aarch64": 30}[os.uname().machine]
if ctypes.CDLL(None).syscall(number, 1, 0, 3 << 13):
    raise SystemExit(3)
print(4)
