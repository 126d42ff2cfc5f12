# assay: mode=stdin expect=memory_limit,runtime_error,time_limit cpu=0.5 wall=2
# Starts threads without an end.
import threading
import time

while True:
    threading.Thread(target=time.sleep, args=(1000,)).start()
