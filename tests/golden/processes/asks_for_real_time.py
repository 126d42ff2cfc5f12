# assay: mode=stdin expect=runtime_error
# Asks to run before all others.
import os

os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99))
