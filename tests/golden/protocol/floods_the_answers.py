# assay: mode=function expect=output_limit,security_violation
# Writes to the answers without an end.
import os


def add(a, b):
    while True:
        os.write(4, b"x" * 65536)
