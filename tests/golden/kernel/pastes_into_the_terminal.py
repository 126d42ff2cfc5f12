# assay: mode=stdin expect=runtime_error
# Pastes into a console.
import fcntl

fcntl.ioctl(0, 0x541C, b"\3")
