# assay: mode=function expect=runtime_error,wrong_answer
# Sets tracing and profiling functions that change what is returned.
import sys


def trace(frame, event, arg):
    if event == "return":
        frame.f_locals["value"] = 5
        frame.f_locals["passed"] = True
    return trace


sys.settrace(trace)
sys.setprofile(lambda *args: None)


def add(a, b):
    return None
