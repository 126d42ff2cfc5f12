# assay: mode=stdin expect=runtime_error
# Reads the environment of its parent.
import os

print(open(f"/proc/{os.getppid()}/environ", "rb").read())
