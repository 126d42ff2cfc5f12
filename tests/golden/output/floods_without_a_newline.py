# assay: mode=stdin expect=output_limit
# Writes a byte at a time without an end and without a line.
import os

while True:
    os.write(1, b"x" * 512)
