# assay: mode=stdin expect=runtime_error
# Tries to cut the pipe that standard output is.
import os

os.ftruncate(1, 0)
