# assay: mode=stdin expect=runtime_error
# Connects to a socket of the system.
import socket

socket.socket(socket.AF_UNIX).connect("/run/dbus/system_bus_socket")
