# assay: mode=stdin expect=runtime_error
# Signals to others by the times of a device that all share.
import os

os.utime("/dev/null")
