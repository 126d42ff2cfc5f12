# assay: mode=stdin expect=passed
# Ends a loop by a timer, as solutions do that search until time is up.
import signal


class Enough(Exception):
    pass


def ring(*_: object) -> None:
    raise Enough


signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    n = 0
    while True:
        n += 1
except Enough:
    print(sum(map(int, input().split())))
