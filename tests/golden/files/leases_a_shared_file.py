# assay: mode=stdin expect=wrong_answer
# Asks for a lease on a file that all see, which would hold up their opens.
import fcntl
import os

with open(os.__file__, "rb") as file:
    for kind in (fcntl.F_WRLCK, fcntl.F_RDLCK):
        try:
            fcntl.fcntl(file, 1024, kind)
        except OSError:
            pass
    print(4)
