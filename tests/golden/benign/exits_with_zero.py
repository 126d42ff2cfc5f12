# assay: mode=stdin expect=passed
# Leaves with sys.exit(0) once it has printed.
import sys

print(sum(map(int, sys.stdin.read().split())))
sys.exit(0)
