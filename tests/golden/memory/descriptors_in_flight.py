# assay: mode=stdin expect=runtime_error,wrong_answer cpu=1
# Sends descriptors into sockets that nobody reads, so that it may open more.
import os
import socket

kept = []
for _ in range(20):
    a, b = socket.socketpair()
    kept.append((a, b))
    a.setblocking(False)
    try:
        while True:
            reads, writes = os.pipe()
            socket.send_fds(a, [b"x"], [reads, writes])
            os.close(reads)
            os.close(writes)
    except BlockingIOError:
        pass
print(4)
