# assay: mode=stdin expect=time_limit wall=0.6
# Reads from a pipe into which nobody writes.
import os

reads, writes = os.pipe()
os.read(reads, 1)
