# assay: mode=stdin expect=runtime_error
# Asks to run after all others, to look starved.
import os

os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
