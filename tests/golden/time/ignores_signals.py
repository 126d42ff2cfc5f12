# assay: mode=stdin expect=time_limit cpu=0.3
# Ignores every signal that can be ignored, and loops.
import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
