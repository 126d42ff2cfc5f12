# assay: mode=function expect=runtime_error,wrong_answer
# Looks through the frames of all threads for an answer.
import sys


def add(a, b):
    for frame in sys._current_frames().values():
        while frame is not None:
            for name in ("expected", "cases", "tests", "outputs"):
                if name in frame.f_locals:
                    return frame.f_locals[name]
            frame = frame.f_back
    return None
