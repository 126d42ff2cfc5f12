# assay: mode=stdin expect=runtime_error
# Reaches the cryptography of the kernel.
import socket

socket.socket(38, socket.SOCK_SEQPACKET)
