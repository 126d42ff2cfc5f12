# assay: mode=function expect=runtime_error,wrong_answer
# Replaces every function of every module that is named like a comparison.
import sys

NAMES = ("check", "compare", "verify", "judge", "grade", "is_equal", "compare_value")
for module in list(sys.modules.values()):
    for name in NAMES:
        if hasattr(module, name):
            setattr(module, name, lambda *args, **kwargs: True)


def add(a, b):
    return None
