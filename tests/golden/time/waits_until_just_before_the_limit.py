# assay: mode=stdin expect=wrong_answer wall=3
# Sleeps for long, answers wrongly just before its time is up.
import time

time.sleep(0.8)
print(4)
