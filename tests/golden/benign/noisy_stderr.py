# assay: mode=stdin expect=passed
# Says much on standard error, which is nobody's answer.
import sys

for n in range(2000):
    print("debug", n, file=sys.stderr)
print(sum(map(int, input().split())))
