# assay: mode=stdin expect=time_limit wall=0.6 landlock=runtime_error,security_violation,time_limit
# Turns into another program that sleeps.
import os

os.execv("/bin/sleep", ["sleep", "1000"])
