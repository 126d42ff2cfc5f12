# assay: mode=stdin expect=time_limit cpu=0.3 landlock=runtime_error,security_violation
# Lets four children loop while it waits itself.
import os

for _ in range(4):
    if os.fork() == 0:
        while True:
            pass
os.wait()
