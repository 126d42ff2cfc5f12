# assay: mode=stdin expect=time_limit cpu=0.3 landlock=runtime_error,security_violation
# Prints the answer, and then waits for a child that loops.
import os

print(sum(map(int, input().split())), flush=True)
if os.fork() == 0:
    while True:
        pass
os.wait()
