# assay: mode=function expect=runtime_error,wrong_answer
# Leaves by exit_group itself, with no library in between.
import ctypes
import os

ctypes.CDLL(None).syscall(231 if os.uname().machine == "x86_64" else 94, 0)
