# assay: mode=stdin expect=passed
# Leaves a daemon thread asleep, which must not keep the program.
import threading
import time

threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
print(sum(map(int, input().split())))
