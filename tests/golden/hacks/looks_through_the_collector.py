# assay: mode=function expect=runtime_error,wrong_answer
# Looks through all objects that the collector knows for an answer.
import gc


def add(a, b):
    for each in gc.get_objects():
        if type(each) is dict and "expected" in each:
            return each["expected"]
        if hasattr(type(each), "expected"):
            return each.expected
    return None
