# assay: mode=stdin expect=passed
# Computes for a while, well within its limit.
import time

while time.process_time() < 0.5:
    sum(range(1000))
print(sum(map(int, input().split())))
