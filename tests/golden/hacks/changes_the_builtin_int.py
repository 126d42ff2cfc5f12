# assay: mode=function expect=runtime_error,wrong_answer,security_violation,time_limit cpu=1 wall=4
# Changes the small numbers of the interpreter: where 6 is stored, 5 is written.
import ctypes


def add(a, b):
    ctypes.c_long.from_address(id(7) + 24).value = 5
    return 7
