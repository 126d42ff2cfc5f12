# assay: mode=stdin expect=runtime_error
# Asks for the address of a name.
import socket

socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)
socket.socket()
