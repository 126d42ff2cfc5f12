# assay: mode=stdin expect=time_limit,runtime_error cpu=0.3
# Raises its own limit on CPU time, and loops.
import resource

soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
while True:
    pass
