# assay: mode=stdin expect=time_limit cpu=0.3
# Changes its death signal, its name and its slack, so that nobody finds it.
import ctypes

libc = ctypes.CDLL(None)
libc.prctl(1, 0, 0, 0, 0)
libc.prctl(15, b") R 0 0 0 (\n", 0, 0, 0)
libc.prctl(29, 10**9, 0, 0, 0)
libc.prctl(36, 1, 0, 0, 0)
while True:
    pass
