# assay: mode=stdin expect=runtime_error
# Sends a datagram to this computer.
import socket

socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53))
