# assay: mode=stdin expect=time_limit wall=0.6
# Waits for a lock that it holds itself.
import threading

lock = threading.Lock()
lock.acquire()
lock.acquire()
