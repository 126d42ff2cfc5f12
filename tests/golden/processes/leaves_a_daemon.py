# assay: mode=stdin expect=passed landlock=runtime_error,security_violation
# Answers rightly and leaves a daemon behind, which must be gone when it is judged.
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3)
        open("/tmp/escaped", "w").close()
    os._exit(0)
print(sum(map(int, input().split())))
