# assay: mode=stdin expect=passed landlock=runtime_error,security_violation
# Answers through a file that it never closes: its end must write it.
import sys

kept = open(1, "w", closefd=False)
kept.write(str(sum(map(int, sys.stdin.readline().split()))))
