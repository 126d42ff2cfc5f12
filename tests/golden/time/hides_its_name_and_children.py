# assay: mode=stdin expect=time_limit cpu=0.3 landlock=runtime_error,security_violation
# Names its children so that whoever reads their numbers reads others.
import ctypes
import os

libc = ctypes.CDLL(None)
for _ in range(3):
    if os.fork() == 0:
        libc.prctl(15, b"a) Z 1 1 1 1 1 1", 0, 0, 0)
        while True:
            pass
os.wait()
