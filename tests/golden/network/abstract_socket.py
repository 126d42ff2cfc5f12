# assay: mode=stdin expect=runtime_error
# Connects to sockets of the host that have no file.
import socket

for name in ("\0SBX_host", "\0/tmp/.X11-unix/X0"):
    socket.socket(socket.AF_UNIX).connect(name)
