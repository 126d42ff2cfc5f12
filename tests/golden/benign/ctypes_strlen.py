# assay: mode=stdin expect=passed
# Calls the C library through ctypes.
import ctypes

a, b = map(int, input().split())
print(ctypes.CDLL(None).strlen(b"x" * a) + b)
