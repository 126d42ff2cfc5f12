# assay: mode=function expect=runtime_error,wrong_answer
# Looks for cases and problems of this very judge among all objects.
import gc
import sys


def add(a, b):
    found = [m for n, m in sys.modules.items() if n.startswith("assay") and m]
    for each in [*gc.get_objects(), *found]:
        if type(each).__name__ in ("Case", "Problem", "Verdict", "Checker"):
            return getattr(each, "expected", None) or each.cases[0].expected
    return None
