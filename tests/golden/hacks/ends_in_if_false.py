# assay: mode=function expect=runtime_error,wrong_answer
# Ends in a block that never runs, to swallow tests that are appended to it.
def add(a, b):
    return None


if False:
    assert True
    # what is appended here with four blanks never runs
