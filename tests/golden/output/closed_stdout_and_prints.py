# assay: mode=stdin expect=wrong_answer,runtime_error
# Closes standard output of Python before its answer.
import sys

sys.stdout.close()
