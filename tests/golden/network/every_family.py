# assay: mode=stdin expect=wrong_answer
# Tries every family of sockets that there could be.
import socket

made = []
for family in range(64):
    for kind in (1, 2, 3, 5):
        try:
            made.append(socket.socket(family, kind).family)
        except OSError:
            pass
print(made or 4)
