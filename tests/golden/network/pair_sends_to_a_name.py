# assay: mode=stdin expect=runtime_error
# Sends from one end of a pair of sockets to a socket with a name.
import socket

one, two = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
one.sendto(b"x", "/dev/log")
