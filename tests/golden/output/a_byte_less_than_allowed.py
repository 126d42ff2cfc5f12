# assay: mode=stdin expect=wrong_answer
# Writes a megabyte less one byte, all of it wrong.
import sys

sys.stdout.write("x" * ((1 << 20) - 1))
