# assay: mode=stdin expect=wrong_answer
# Writes bytes that are no UTF-8 after its answer.
import sys

sys.stdout.buffer.write(b"5\n\xff\xfe\x80")
