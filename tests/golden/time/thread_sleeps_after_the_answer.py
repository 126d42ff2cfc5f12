# assay: mode=stdin expect=time_limit wall=0.6
# Prints the answer and leaves a thread asleep, which keeps the program.
import threading
import time

threading.Thread(target=time.sleep, args=(10**6,)).start()
print(sum(map(int, input().split())), flush=True)
