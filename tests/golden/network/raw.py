# assay: mode=stdin expect=runtime_error
# Sends packets of its own making.
import socket

socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
