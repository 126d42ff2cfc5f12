# assay: mode=stdin expect=passed
# Skips the interpreter's end with os._exit(0), after its output is out.
import os

print(sum(map(int, input().split())), flush=True)
os._exit(0)
