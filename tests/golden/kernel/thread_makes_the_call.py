# assay: mode=stdin expect=security_violation
# Makes a forbidden call from a thread.
import ctypes
import threading

thread = threading.Thread(target=lambda: ctypes.CDLL(None).syscall(321, 0, 0, 0))
thread.start()
thread.join()
print(4)
