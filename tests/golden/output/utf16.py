# assay: mode=stdin expect=wrong_answer
# Writes its answer in another encoding.
import sys

sys.stdout.buffer.write("5\n".encode("utf-16"))
