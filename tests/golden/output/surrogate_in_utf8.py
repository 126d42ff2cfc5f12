# assay: mode=stdin expect=wrong_answer
# Writes half a character in what looks like UTF-8.
import sys

sys.stdout.buffer.write(b"5\xed\xa0\x80\n")
