# assay: mode=stdin expect=runtime_error
# Leaves through a folder that somebody might have left open.
import os

for fd in range(5, 200):
    try:
        os.fchdir(fd)
    except OSError:
        continue
    print(open("etc/shadow").read())
raise FileNotFoundError
