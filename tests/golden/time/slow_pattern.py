# assay: mode=stdin expect=time_limit cpu=0.3
# Matches a pattern that backtracks for ever, in C.
import re

re.match(r"(x+x+)+y", "x" * 60)
