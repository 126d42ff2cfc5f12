# assay: mode=stdin expect=runtime_error
# Writes a byte a terabyte into a file.
import os

fd = os.open("big", os.O_CREAT | os.O_WRONLY)
os.pwrite(fd, b"x", 1 << 40)
