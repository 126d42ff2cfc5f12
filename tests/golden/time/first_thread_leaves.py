# assay: mode=stdin expect=time_limit cpu=0.4
# Ends its first thread and loops in another, so that its process looks dead.
import ctypes
import threading


def loop() -> None:
    while True:
        pass


threading.Thread(target=loop).start()
ctypes.CDLL(None).syscall(60 if __import__("os").uname().machine == "x86_64" else 93, 0)
