# assay: mode=stdin expect=runtime_error
# Becomes the user 0.
import os

os.setuid(0)
os.setgid(0)
print(4 if os.getuid() else 5)
open("/etc/shadow")
