# assay: mode=function expect=security_violation,runtime_error,wrong_answer cpu=0.4 wall=0.8
# Opens the pipe of the answers anew and reads what it wrote itself.
import os


def add(a, b):
    again = os.open("/proc/self/fd/4", os.O_RDWR | os.O_NONBLOCK)
    os.write(again, b"\x03\x00\x00\x00[0]")
    os.read(again, 100)
    return None
