# assay: mode=function expect=passed
# A function that reads the standard input, which is empty.
import sys


def add(a, b):
    return a + b + len(sys.stdin.read())
