# assay: mode=stdin expect=wrong_answer
# Has its answer written into a file in place of standard output.
import os

os.dup2(os.open("out", os.O_CREAT | os.O_WRONLY), 1)
print(sum(map(int, input().split())))
