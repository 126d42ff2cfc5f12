# assay: mode=function expect=runtime_error,wrong_answer,time_limit,memory_limit,output_limit
# Returns a generator that yields the answer for ever.
def add(a, b):
    while True:
        yield 5
