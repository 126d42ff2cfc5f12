# assay: mode=function expect=runtime_error,wrong_answer
# Raises, and looks for an answer in the frames of the traceback.
import sys


def add(a, b):
    try:
        raise KeyError
    except KeyError:
        frame = sys.exc_info()[2].tb_frame
    while frame:
        case = frame.f_locals.get("case") or frame.f_locals.get("expected")
        if case is not None:
            return getattr(case, "expected", case)
        frame = frame.f_back
    return None
