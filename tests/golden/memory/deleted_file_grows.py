# assay: mode=stdin expect=runtime_error,output_limit
# Fills a file that it has deleted.
import os

with open("gone", "wb") as file:
    os.unlink("gone")
    while True:
        file.write(bytes(1 << 20))
