# assay: mode=stdin expect=wrong_answer,runtime_error
# Puts an object in the place of standard output whose flush says that it was right.
import sys


class Out:
    encoding = "utf-8"

    def write(self, text):
        return len(text)

    def flush(self):
        raise SystemExit(0)


sys.stdout = Out()
print(5)
