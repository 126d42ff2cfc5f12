# assay: mode=stdin expect=runtime_error
# Types a command into the terminal of whoever started the judge.
import fcntl

for fd in (0, 1, 2):
    fcntl.ioctl(fd, 0x5412, b"x")
