# assay: mode=function expect=runtime_error,wrong_answer
# Swaps the code of every function that is named like a comparison.
import gc
import types

NAMES = {"compare", "check", "verify", "equal", "judge", "run_test", "grade", "passed"}


def yes(*args, **kwargs):
    return True


for each in gc.get_objects():
    if isinstance(each, types.FunctionType) and each.__name__ in NAMES:
        each.__code__ = yes.__code__


def add(a, b):
    return None
