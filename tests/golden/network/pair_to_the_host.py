# assay: mode=stdin expect=runtime_error
# Connects one end of a pair of sockets to the host.
import socket

one, two = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
one.connect("\0SBX_host")
