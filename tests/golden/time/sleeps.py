# assay: mode=stdin expect=time_limit wall=0.6
# Sleeps for ever.
import time

time.sleep(10**6)
