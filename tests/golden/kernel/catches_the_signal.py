# assay: mode=stdin expect=security_violation
# Catches the signal by which a forbidden call ends it.
import ctypes
import signal

signal.signal(signal.SIGSYS, lambda *args: None)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGSYS})
ctypes.CDLL(None).syscall(321, 0, 0, 0)
print(4)
