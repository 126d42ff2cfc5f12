# assay: mode=stdin expect=output_limit
# Complains without an end.
import sys

while True:
    sys.stderr.write("x" * 9999)
