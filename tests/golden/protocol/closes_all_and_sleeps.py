# assay: mode=function expect=time_limit cpu=0.4 wall=0.8
# Closes every descriptor and sleeps.
import os
import time


def add(a, b):
    os.closerange(0, 64)
    time.sleep(1000)
