# assay: mode=function expect=time_limit cpu=0.4 wall=0.8
# Promises sixteen bytes, sends three, and sleeps.
import os
import time


def add(a, b):
    os.write(4, b"\x10\x00\x00\x00[1,")
    time.sleep(1000)
