# assay: mode=stdin expect=runtime_error
# Asks for a pair of sockets of another family.
import socket

socket.socketpair(socket.AF_INET, socket.SOCK_STREAM)
