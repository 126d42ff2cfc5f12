# assay: mode=stdin expect=runtime_error
# Asks the kernel for its routes.
import socket

socket.socket(16, socket.SOCK_RAW, 0)
