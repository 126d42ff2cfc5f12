# assay: mode=stdin expect=output_limit cpu=3
# Writes two megabytes, a few bytes at a time, to both streams.
import os

for _ in range(300_000):
    os.write(1, b"xxxx")
    os.write(2, b"xxxx")
