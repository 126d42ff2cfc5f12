# assay: mode=stdin expect=wrong_answer,runtime_error
# Closes standard output before its answer.
import os

os.close(1)
try:
    os.write(1, b"5\n")
except OSError:
    pass
