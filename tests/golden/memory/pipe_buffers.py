# assay: mode=stdin expect=runtime_error
# Fills pipes that nobody reads, made as large as they can be.
import fcntl
import os

while True:
    reads, writes = os.pipe()
    try:
        fcntl.fcntl(writes, 1031, 1 << 20)
    except OSError:
        pass
    os.set_blocking(writes, False)
    try:
        while True:
            os.write(writes, bytes(1 << 16))
    except BlockingIOError:
        pass
