# assay: mode=function expect=time_limit wall=0.6
# Sleeps in the call.
import time


def add(a, b):
    time.sleep(10**6)
