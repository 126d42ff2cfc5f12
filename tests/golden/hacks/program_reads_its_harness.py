# assay: mode=stdin expect=runtime_error,wrong_answer
# Prints the program that it is run by.
import sys

print(open(sys.argv[0]).read())
