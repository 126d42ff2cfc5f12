# assay: mode=function expect=runtime_error,wrong_answer
# Walks up the stack and returns what is called like an answer.
import sys

WORDS = ("expected", "want", "answer", "right", "gt", "output", "result", "solution")


def add(a, b):
    frame = sys._getframe()
    while frame is not None:
        for name, value in {**frame.f_globals, **frame.f_locals}.items():
            if any(word in name.lower() for word in WORDS) and type(value) is int:
                return value
        frame = frame.f_back
    return None
