# assay: mode=function expect=runtime_error,wrong_answer wall=6
# Lets a thread leave with status 0 while the call still sleeps.
import os
import threading
import time


def add(a, b):
    threading.Timer(0.05, os._exit, (0,)).start()
    time.sleep(3)
