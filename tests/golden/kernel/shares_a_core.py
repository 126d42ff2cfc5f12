# assay: mode=stdin expect=wrong_answer
# Asks to share a core with another process only.
import ctypes

print("r", [ctypes.CDLL(None).prctl(62, n, 1, 0, 0) for n in range(4)])
