# assay: mode=stdin expect=runtime_error
# Reads all that passes on the network.
import socket

socket.socket(17, socket.SOCK_RAW)
