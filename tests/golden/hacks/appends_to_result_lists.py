# assay: mode=function expect=runtime_error,wrong_answer
# Appends "passed" to every list called result in the frames above.
import sys


def add(a, b):
    frame = sys._getframe(1)
    while frame is not None:
        for name in ("result", "results", "_RESULTS", "outcomes"):
            found = frame.f_locals.get(name)
            if hasattr(found, "append"):
                found.append("passed")
                sys.exit(0)
        frame = frame.f_back
    raise SystemExit(0)
