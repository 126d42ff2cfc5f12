# assay: mode=function expect=runtime_error,compile_error
# Defines no such function.
def sum_of(a, b):
    return a + b
