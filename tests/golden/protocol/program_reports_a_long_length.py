# assay: mode=stdin expect=wrong_answer,runtime_error
# Is a whole program that promises four gigabytes of error and ends.
import os

os.write(4, b"\xff\xff\xff\xff")
print(4)
