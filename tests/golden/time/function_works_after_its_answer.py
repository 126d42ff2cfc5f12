# assay: mode=function expect=time_limit,wrong_answer cpu=0.3
# Answers at once and wrongly, and goes on working in a thread.
import threading


def work():
    while True:
        pass


threading.Thread(target=work, daemon=True).start()


def add(a, b):
    return a - b
