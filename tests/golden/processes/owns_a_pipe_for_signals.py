# assay: mode=stdin expect=wrong_answer
# Has signals of a pipe sent to every number.
import fcntl
import os
import signal

reads, writes = os.pipe()
for pid in (1, 2, 3, os.getppid()):
    try:
        fcntl.fcntl(reads, fcntl.F_SETOWN, pid)
        fcntl.fcntl(reads, 10, signal.SIGKILL)
        flags = fcntl.fcntl(reads, fcntl.F_GETFL)
        fcntl.fcntl(reads, fcntl.F_SETFL, flags | fcntl.FASYNC)
    except OSError:
        continue
os.write(writes, b"x")
print(4)
