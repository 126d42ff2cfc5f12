# assay: mode=stdin expect=output_limit landlock=runtime_error,security_violation,output_limit
# Has a child flood standard output while it waits.
import os

if os.fork() == 0:
    while True:
        os.write(1, b"x" * 65536)
os.wait()
