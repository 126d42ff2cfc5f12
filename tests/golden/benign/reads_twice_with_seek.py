# assay: mode=stdin expect=passed
# Reads its input, goes back to the start and reads it again.
import os

first = os.read(0, 100)
os.lseek(0, 0, os.SEEK_SET)
assert os.read(0, 100) == first
print(sum(map(int, first.split())))
