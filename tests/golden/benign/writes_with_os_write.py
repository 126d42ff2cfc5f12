# assay: mode=stdin expect=passed
# Writes the answer past Python's buffers.
import os

os.write(1, b"%d\n" % sum(map(int, os.read(0, 100).split())))
