# assay: mode=stdin expect=runtime_error
# Makes a second name for a file of the system.
import os

os.link("/etc/passwd", "/work/passwd")
print(4)
