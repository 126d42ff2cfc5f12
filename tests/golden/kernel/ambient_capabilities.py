# assay: mode=stdin expect=wrong_answer
# Asks for capabilities that programs inherit.
import ctypes

libc = ctypes.CDLL(None)
print([libc.prctl(47, 2, number, 0, 0) for number in range(41)].count(0))
