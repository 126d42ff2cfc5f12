# assay: mode=stdin expect=output_limit
# Is a whole program that writes a megabyte where its error is told.
import os

while True:
    os.write(4, b"x" * 65536)
