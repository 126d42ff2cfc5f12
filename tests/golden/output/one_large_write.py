# assay: mode=stdin expect=output_limit
# Writes fifty megabytes at once.
import os

data = bytes(50 << 20)
while data:
    data = data[os.write(1, data) :]
