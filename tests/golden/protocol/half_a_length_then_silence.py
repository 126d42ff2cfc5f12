# assay: mode=function expect=time_limit cpu=0.4 wall=0.8
# Writes two bytes of a length and sleeps.
import os
import time


def add(a, b):
    os.write(4, b"\x10\x00")
    time.sleep(1000)
