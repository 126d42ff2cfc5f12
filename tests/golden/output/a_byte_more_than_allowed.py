# assay: mode=stdin expect=output_limit
# Writes a megabyte and one byte.
import sys

sys.stdout.write("5\n" + "x" * ((1 << 20) - 1))
