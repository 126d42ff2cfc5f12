# assay: mode=stdin expect=wrong_answer
# Tries to write its input through another opening, a map and a seal.
import fcntl
import mmap
import os

for attempt in (
    lambda: os.write(os.open("/proc/self/fd/0", os.O_RDWR), b"5 0"),
    lambda: mmap.mmap(0, 4, access=mmap.ACCESS_WRITE),
    lambda: fcntl.fcntl(0, 1033, 0),
    lambda: os.truncate("/proc/self/fd/0", 0),
):
    try:
        attempt()
    except (OSError, ValueError):
        pass
print(4 if os.pread(0, 4, 0) == b"2 3\n" else 5)
