# assay: mode=function expect=runtime_error,wrong_answer
# Leaves through the C library while it is loaded.
import ctypes

ctypes.CDLL(None)._exit(0)
