# assay: mode=stdin expect=runtime_error
# Connects to a port of this computer.
import socket

socket.create_connection(("127.0.0.1", 22), 1)
