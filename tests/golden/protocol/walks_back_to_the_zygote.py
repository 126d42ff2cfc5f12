# assay: mode=function expect=runtime_error,wrong_answer cpu=0.6 wall=3
# Calls the methods of the zygote that it finds in its frames.
import sys


def add(a, b):
    frame = sys._getframe()
    while frame is not None:
        zygote = frame.f_locals.get("self")
        for name in ("_tell", "_reap", "_start", "serve"):
            method = getattr(zygote, name, None)
            try:
                method({"is": "ended", "job": 1, "exit": 0, "cpu_s": 0, "peak_kb": 0})
            except BaseException:
                pass
        frame = frame.f_back
    return None
