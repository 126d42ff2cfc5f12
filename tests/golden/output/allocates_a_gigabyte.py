# assay: mode=stdin expect=runtime_error
# Has the kernel set a gigabyte of disk aside.
import os

os.posix_fallocate(os.open("big", os.O_CREAT | os.O_WRONLY), 0, 1 << 30)
