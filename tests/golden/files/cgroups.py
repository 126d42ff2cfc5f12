# assay: mode=stdin expect=runtime_error
# Lists the groups that bound it.
import os

print(os.listdir("/sys/fs/cgroup"))
