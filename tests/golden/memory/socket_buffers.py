# assay: mode=stdin expect=runtime_error
# Fills pairs of sockets that nobody reads.
import socket

kept = []
while True:
    pair = socket.socketpair()
    kept.append(pair)
    pair[0].setblocking(False)
    try:
        while True:
            pair[0].send(bytes(1 << 16))
    except BlockingIOError:
        pass
