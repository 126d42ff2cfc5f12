# assay: mode=stdin expect=passed
# Reads its input with os.read until it ends.
import os

data = b""
while chunk := os.read(0, 2):
    data += chunk
print(sum(map(int, data.split())))
