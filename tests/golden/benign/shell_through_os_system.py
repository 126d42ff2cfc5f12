# assay: mode=stdin expect=passed landlock=runtime_error,security_violation,wrong_answer
# Has a shell do the sum, and gives it its own standard output.
import os
import sys

a, b = map(int, input().split())
sys.stdout.flush()
os.system(f"echo $(({a} + {b}))")
