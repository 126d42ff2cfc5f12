# assay: mode=stdin expect=runtime_error
# Makes a device of its own.
import os
import stat

os.mknod("sda", 0o600 | stat.S_IFBLK, os.makedev(254, 0))
