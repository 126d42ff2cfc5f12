# assay: mode=stdin expect=runtime_error,time_limit cpu=1 landlock=runtime_error,time_limit,wrong_answer
# Makes folders in folders until there is no more room.
import os

while True:
    os.mkdir("d")
    os.chdir("d")
