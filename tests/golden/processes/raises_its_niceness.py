# assay: mode=stdin expect=runtime_error,wrong_answer
# Asks for less of the processor, to look starved.
import os

os.nice(19)
print(4)
