# assay: mode=stdin expect=runtime_error,wrong_answer
# Changes its table of segments.
import ctypes

print("r", ctypes.CDLL(None).syscall(154, 1, 0, 16))
