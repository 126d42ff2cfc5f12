# assay: mode=stdin expect=runtime_error,time_limit,wrong_answer cpu=1 landlock=runtime_error,security_violation,wrong_answer
# Makes children that end and that it never waits for.
import os

for _ in range(100_000):
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        break
print(4)
