# assay: mode=stdin expect=runtime_error
# Opens the memory of its parent to write.
import os

open(f"/proc/{os.getppid()}/mem", "r+b")
