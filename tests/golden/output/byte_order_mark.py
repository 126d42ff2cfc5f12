# assay: mode=stdin expect=wrong_answer
# Writes a byte order mark before its answer.
import sys

sys.stdout.buffer.write("\ufeff5\n".encode())
