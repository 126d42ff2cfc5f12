# assay: mode=stdin expect=wrong_answer,security_violation landlock=runtime_error,security_violation,wrong_answer
# Has a child make a forbidden call, and goes on wrongly.
import ctypes
import os

if os.fork() == 0:
    ctypes.CDLL(None).syscall(321, 0, 0, 0)
    os._exit(0)
_, status = os.wait()
print(5 if status == 0 else 4)
