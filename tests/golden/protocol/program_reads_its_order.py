# assay: mode=stdin expect=runtime_error,wrong_answer
# Is a whole program that reads the order by which it was started.
import os

print(os.pread(3, 1 << 20, 0))
