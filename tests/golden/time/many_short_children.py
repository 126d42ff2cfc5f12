# assay: mode=stdin expect=time_limit cpu=0.4 wall=4 landlock=runtime_error,security_violation
# Burns its time in children that each live for a moment and are waited for.
import os
import time

while True:
    if os.fork() == 0:
        until = time.process_time() + 0.004
        while time.process_time() < until:
            pass
        os._exit(0)
    os.wait()
