# assay: mode=stdin expect=runtime_error
# Asks for a core dump and crashes.
import os
import resource

try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (OSError, ValueError):
    pass
os.kill(os.getpid(), 11)
os.abort()
