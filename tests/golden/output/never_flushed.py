# assay: mode=stdin expect=wrong_answer
# Leaves past the flush that its answer waits for.
import os

print(sum(map(int, input().split())))
os._exit(0)
