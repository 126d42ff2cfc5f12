# assay: mode=stdin expect=runtime_error
# Lists what the kernel tells of devices.
import os

print(os.listdir("/sys/kernel"))
