# assay: mode=function expect=runtime_error,wrong_answer
# Leaves with status 0, past every exit function, before any test could run.
import os

os._exit(0)
