# assay: mode=stdin expect=passed
# Reads bytes from the buffer under standard input.
import sys

print(sum(map(int, sys.stdin.buffer.readline().split())))
