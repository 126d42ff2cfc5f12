# assay: mode=stdin expect=runtime_error,security_violation,wrong_answer
# Takes its filter off, or changes what it may gain.
import ctypes

libc = ctypes.CDLL(None)
print(libc.prctl(22, 0, 0, 0, 0), libc.prctl(38, 0, 0, 0, 0))
libc.prctl(22, 1, 0, 0, 0)
