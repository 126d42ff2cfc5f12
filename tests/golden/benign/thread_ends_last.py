# assay: mode=stdin expect=passed
# Leaves the printing to a thread that outlives the main program.
import threading
import time


def late() -> None:
    time.sleep(0.05)
    print(sum(map(int, input().split())))


threading.Thread(target=late).start()
