# assay: mode=stdin expect=runtime_error
# Sets a limit of another process.
import os
import resource

resource.prlimit(os.getppid() or 2, resource.RLIMIT_CPU, (1, 1))
