# assay: mode=stdin expect=runtime_error
# Reaches for radio.
import socket

socket.socket(31, socket.SOCK_RAW, 1)
