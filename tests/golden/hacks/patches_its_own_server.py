# assay: mode=function expect=runtime_error,security_violation,wrong_answer
# Replaces, in the frames above, the functions that answer the judge.
import sys

frame = sys._getframe()
while frame is not None:
    for name in ("pack", "answer", "find", "unpack"):
        if name in frame.f_globals:
            frame.f_globals[name] = lambda *args, **kwargs: b'[1,"passed",true]'
    frame = frame.f_back


def add(a, b):
    return None
