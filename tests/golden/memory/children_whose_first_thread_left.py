# assay: mode=stdin expect=memory_limit cpu=5 landlock=runtime_error,security_violation
# Has children take 300 MB each in a thread that outlives the first.
import ctypes
import os
import threading
import time

EXIT = 60 if os.uname().machine == "x86_64" else 93


def hold() -> None:
    time.sleep(0.1)
    x = bytearray(300 << 20)
    for at in range(0, len(x), 4096):
        x[at] = 1
    time.sleep(3)
    os._exit(0)


for _ in range(6):
    if os.fork() == 0:
        threading.Thread(target=hold).start()
        ctypes.CDLL(None).syscall(EXIT, 0)
for _ in range(6):
    os.wait()
print(1)
