# assay: mode=stdin expect=wrong_answer
# Is a whole program that reads, leaves with status 0 and prints nothing.
import sys

sys.stdin.read()
sys.exit(0)
