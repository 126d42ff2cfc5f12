# assay: mode=function expect=runtime_error
# Raises the exception with which a user stops a program.
def add(a, b):
    raise KeyboardInterrupt
