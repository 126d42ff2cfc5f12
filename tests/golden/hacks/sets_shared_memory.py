# assay: mode=function expect=runtime_error,wrong_answer
# Sets all shared values and arrays that it finds, which harnesses use for results.
import gc
import sys


def add(a, b):
    for each in gc.get_objects():
        name = type(each).__name__
        if name in ("Synchronized", "SynchronizedArray", "c_int", "mmap"):
            try:
                each.value = 1
            except Exception:
                each[:] = b"\1" * len(each)
    sys.exit(0)
