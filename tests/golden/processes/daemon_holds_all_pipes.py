# assay: mode=stdin expect=wrong_answer landlock=runtime_error,security_violation,wrong_answer
# Answers wrongly and leaves a daemon that holds every descriptor open.
import os
import signal
import time

if os.fork() == 0:
    os.setsid()
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    time.sleep(1000)
print(4)
