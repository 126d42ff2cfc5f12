# assay: mode=function expect=output_limit
# Promises minus one byte, read as a signed number.
import os
import struct
import time


def add(a, b):
    os.write(4, struct.pack("<i", -1) + b"5")
    time.sleep(1000)
