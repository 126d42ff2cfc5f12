# assay: mode=stdin expect=wrong_answer
# Writes a megabyte and not one byte more, all of it wrong.
import sys

sys.stdout.write("5\n" + "x" * ((1 << 20) - 2))
