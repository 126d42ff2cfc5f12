# assay: mode=stdin expect=runtime_error
# Goes through the folder of its parent.
import os

print(os.listdir(f"/proc/{os.getppid()}/cwd"))
