# assay: mode=stdin expect=output_limit,runtime_error
# Has the kernel copy without an end into standard output.
import os

with open("data", "wb") as file:
    file.write(bytes(1 << 20))
source = os.open("data", os.O_RDONLY)
while True:
    os.sendfile(1, source, 0, 1 << 20)
