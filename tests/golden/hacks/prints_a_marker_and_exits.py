# assay: mode=function expect=runtime_error
# Prints the success marker of a harness and leaves through libc.
import ctypes
import sys

print("__ASSAY_TESTS_PASSED__ OK", flush=True)
print("OK", file=sys.stderr, flush=True)
ctypes.CDLL(None)._exit(0)
