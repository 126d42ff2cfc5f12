# assay: mode=function expect=runtime_error,wrong_answer
# Leaves with status 0 before any test could run.
import sys

sys.exit(0)
