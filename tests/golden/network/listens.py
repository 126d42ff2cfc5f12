# assay: mode=stdin expect=runtime_error
# Waits for callers on a port.
import socket

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
