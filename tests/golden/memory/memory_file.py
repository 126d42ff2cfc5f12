# assay: mode=stdin expect=runtime_error
# Asks for a file in memory, which counts against no process.
import os

fd = os.memfd_create("x")
while True:
    os.write(fd, bytes(1 << 20))
