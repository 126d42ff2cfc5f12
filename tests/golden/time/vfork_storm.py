# assay: mode=stdin expect=time_limit,runtime_error cpu=0.4 wall=4 landlock=runtime_error,security_violation,time_limit
# Starts programs without an end, each by vfork.
import subprocess

while True:
    subprocess.run(["/bin/true"], close_fds=False)
