# assay: mode=function expect=compile_error,runtime_error
# Ends in an open quote, to swallow tests that are appended to it.
def add(a, b):
    return None


x = '''
