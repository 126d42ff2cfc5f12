# assay: mode=stdin expect=memory_limit cpu=5 landlock=runtime_error,security_violation
# Has children take 300 MB each, whose memory nobody may look into.
import ctypes
import os
import time

ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
for _ in range(6):
    if os.fork() == 0:
        x = bytearray(300 << 20)
        for at in range(0, len(x), 4096):
            x[at] = 1
        time.sleep(3)
        os._exit(0)
for _ in range(6):
    os.wait()
print(1)
