# assay: mode=stdin expect=runtime_error
# Prints the answer and says that it failed.
import sys

print(sum(map(int, input().split())))
sys.exit(1)
