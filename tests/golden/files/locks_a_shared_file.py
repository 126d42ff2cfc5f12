# assay: mode=stdin expect=wrong_answer
# Locks a file that all candidates see, by which they could speak with one another.
import fcntl
import os
import sys

with open(os.__file__, "rb") as file:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        print(error, file=sys.stderr)
print(4)
