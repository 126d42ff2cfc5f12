# assay: mode=stdin expect=passed
# Prints through a stream of its own and discards what was meant for nobody.
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):
    for n in range(10000):
        print(n)
print(sum(map(int, input().split())))
