# assay: mode=function expect=runtime_error,time_limit,security_violation,wrong_answer cpu=0.4 wall=0.8
# Reads its next questions from a file that it wrote.
import os


def add(a, b):
    with open("questions", "wb") as file:
        file.write(b"\x02\x00\x00\x00[]" * 100)
    os.dup2(os.open("questions", os.O_RDONLY), 3)
    return a + b if a == 2 else None
