# assay: mode=stdin expect=time_limit cpu=0.3
# Stops every clock of Python, and loops.
import time

for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
    setattr(time, name, lambda: 0)
while True:
    pass
