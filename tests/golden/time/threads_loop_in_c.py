# assay: mode=stdin expect=time_limit cpu=0.3
# Burns time in four threads at once, in C code that lets others run.
import hashlib
import threading


def work() -> None:
    data = bytes(1 << 20)
    while True:
        hashlib.sha512(data).digest()


for _ in range(4):
    threading.Thread(target=work).start()
