# assay: mode=function expect=runtime_error,security_violation
# Turns into /bin/true while it is loaded.
import os

os.execv("/bin/true", ["true"])
