# assay: mode=function expect=runtime_error,wrong_answer,memory_limit,output_limit
# Returns a text of 100 MB.
def add(a, b):
    return "5" * (100 << 20)
