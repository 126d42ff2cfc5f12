# assay: mode=function expect=runtime_error
# Raises the exception with which a generator ends.
def add(a, b):
    raise GeneratorExit
