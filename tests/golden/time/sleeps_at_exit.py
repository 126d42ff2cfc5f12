# assay: mode=stdin expect=time_limit wall=0.6
# Prints the answer and sleeps in an exit function.
import atexit
import time

atexit.register(time.sleep, 10**6)
print(sum(map(int, input().split())), flush=True)
