# assay: mode=stdin expect=time_limit cpu=0.3
# Gives the processor away again and again.
import os

while True:
    os.sched_yield()
