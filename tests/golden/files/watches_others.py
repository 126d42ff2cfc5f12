# assay: mode=stdin expect=wrong_answer,runtime_error,time_limit wall=1
# Watches the folders of the system for what others do in them.
import ctypes
import os

libc = ctypes.CDLL(None)
fd = libc.inotify_init1(os.O_NONBLOCK)
for folder in (b"/tmp", b"/work", b"/usr/bin", os.path.dirname(os.__file__).encode()):
    libc.inotify_add_watch(fd, folder, 0xFFF)
print(4)
