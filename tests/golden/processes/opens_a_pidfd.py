# assay: mode=stdin expect=runtime_error,wrong_answer
# Opens a handle of its parent, to signal it by.
import os
import signal

fd = os.pidfd_open(os.getppid() or 1)
signal.pidfd_send_signal(fd, signal.SIGKILL)
print(4)
