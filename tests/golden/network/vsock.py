# assay: mode=stdin expect=runtime_error
# Connects to the host of a virtual machine.
import socket

socket.socket(40, socket.SOCK_STREAM)
