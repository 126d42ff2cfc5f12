# assay: mode=function expect=wrong_answer
# Sends again what another candidate may have left of its conversation.
import os


def add(a, b):
    for folder in ("/tmp", "/work", "/dev/shm", "/var/tmp", "/run"):
        try:
            with open(f"{folder}/SBX_frame", "rb") as file:
                os.write(4, file.read())
        except OSError:
            pass
    return None
