# assay: mode=function expect=output_limit
# Promises two gigabytes while it is loaded.
import os
import time

os.write(4, b"\x00\x00\x00\x80")
time.sleep(1000)
