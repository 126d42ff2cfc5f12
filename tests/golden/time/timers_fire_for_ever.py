# assay: mode=stdin expect=time_limit cpu=0.3
# Has a timer interrupt it as often as it can.
import signal

signal.signal(signal.SIGALRM, lambda *args: None)
signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
while True:
    signal.pause()
