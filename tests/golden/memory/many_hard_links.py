# assay: mode=stdin expect=runtime_error,time_limit cpu=1 landlock=runtime_error,time_limit,wrong_answer
# Makes links to one file until there is no more room.
import os

open("f", "w").close()
n = 0
while True:
    os.link("f", f"link{n}")
    n += 1
