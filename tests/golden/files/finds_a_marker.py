# assay: mode=stdin expect=wrong_answer
# Looks for a file that another run has left.
import os

folders = ("/tmp", "/work", "/dev/shm", "/var/tmp")
print(5 if any(os.path.exists(f"{f}/SBX_marker") for f in folders) else 4)
