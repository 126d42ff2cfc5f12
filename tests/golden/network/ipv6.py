# assay: mode=stdin expect=runtime_error
# Connects to this computer by its newer address.
import socket

socket.create_connection(("::1", 22), 1)
