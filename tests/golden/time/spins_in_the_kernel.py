# assay: mode=stdin expect=time_limit cpu=0.3
# Spends its time in the kernel and not in its own code.
import os

zero = os.open("/dev/zero", os.O_RDONLY)
buffer = bytearray(1 << 20)
while True:
    os.readv(zero, [buffer] * 16)
