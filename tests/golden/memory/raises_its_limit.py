# assay: mode=stdin expect=memory_limit,runtime_error
# Raises its limit on memory first.
import resource

resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
x = bytearray(4 << 30)
