# assay: mode=stdin expect=passed
# Prints the answer from an exit function.
import atexit

atexit.register(lambda: print(sum(map(int, input().split()))))
