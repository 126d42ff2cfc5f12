# assay: mode=function expect=runtime_error
# Raises in the call.
def add(a, b):
    raise ValueError("no")
