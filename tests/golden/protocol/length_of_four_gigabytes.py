# assay: mode=function expect=output_limit
# Promises four gigabytes.
import os
import time


def add(a, b):
    os.write(4, b"\xff\xff\xff\xff")
    time.sleep(1000)
