# assay: mode=stdin expect=wrong_answer
# Writes the digit in the longer form that UTF-8 forbids.
import sys

sys.stdout.buffer.write(b"\xc0\xb5\n")
