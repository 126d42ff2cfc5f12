# assay: mode=function expect=wrong_answer,runtime_error,security_violation,output_limit cpu=0.8
# Changes the list that it returned, from a thread, while it is sent.
import threading

DATA = [0] * 200_000


def change():
    while True:
        DATA[:] = [[]] * len(DATA)
        DATA[:] = [{}] * 100
        DATA[:] = [0] * 200_000


threading.Thread(target=change, daemon=True).start()


def add(a, b):
    return DATA
