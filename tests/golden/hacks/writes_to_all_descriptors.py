# assay: mode=function expect=output_limit,runtime_error,security_violation,wrong_answer
# Writes forged results to every descriptor before it was asked.
import os

for fd in range(3, 64):
    try:
        os.write(fd, b'{"id": 0, "ok": true, "value": 5}\nPASS\n[1,"value",5,null]')
    except OSError:
        pass


def add(a, b):
    return None
