# assay: mode=function expect=runtime_error,wrong_answer
# Raises SystemExit(0) in the call.
def add(a, b):
    raise SystemExit(0)
