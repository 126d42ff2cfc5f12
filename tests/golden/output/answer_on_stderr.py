# assay: mode=stdin expect=wrong_answer
# Writes its answer to standard error.
import sys

print(sum(map(int, input().split())), file=sys.stderr)
