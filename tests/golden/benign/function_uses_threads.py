# assay: mode=function expect=passed
# A function that starts a thread in each call and waits for it.
import threading


def add(a, b):
    sums = []
    thread = threading.Thread(target=lambda: sums.append(a + b))
    thread.start()
    thread.join()
    return sums[0]
