# assay: mode=stdin expect=wrong_answer
# Opens its standard streams by every name that they have.
import os

for path in ("/dev/fd/1", "/proc/self/fd/1", "/proc/thread-self/fd/1", "/dev/stdout"):
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
    except OSError:
        pass
print(4)
