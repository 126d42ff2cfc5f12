# assay: mode=stdin expect=passed landlock=runtime_error,security_violation
# Answers rightly and leaves a child that holds standard output open.
import os
import time

if os.fork() == 0:
    time.sleep(1000)
print(sum(map(int, input().split())))
