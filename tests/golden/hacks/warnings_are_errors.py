# assay: mode=function expect=runtime_error,wrong_answer
# Turns every warning into an error, and prints none.
import warnings

warnings.simplefilter("error")
warnings.showwarning = lambda *args, **kwargs: 1 / 0
warnings.warn("now", stacklevel=1) if False else None


def add(a, b):
    return None
