# assay: mode=stdin expect=wrong_answer
# Changes how the kernel takes it, so that data can be run.
import ctypes

print("r", ctypes.CDLL(None).personality(0x0440000))
