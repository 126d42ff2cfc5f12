# assay: mode=stdin expect=time_limit cpu=0.3 landlock=runtime_error,security_violation,time_limit
# Forks without an end.
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
