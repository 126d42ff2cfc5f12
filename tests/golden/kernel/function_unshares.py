# assay: mode=function expect=security_violation
# Makes a user namespace in the call.
import ctypes
import os


def add(a, b):
    number = {"x86_64": 272, "aarch64": 97}[os.uname().machine]
    ctypes.CDLL(None).syscall(number, 0x10000000)
    return a + b
