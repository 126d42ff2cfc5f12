# assay: mode=stdin expect=runtime_error,wrong_answer
# Has the processor refuse to tell what it is.
import ctypes

print("r", ctypes.CDLL(None).syscall(158, 0x1012, 0))
