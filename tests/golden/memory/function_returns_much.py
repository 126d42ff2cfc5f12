# assay: mode=function expect=output_limit,wrong_answer,memory_limit
# Returns three hundred megabytes of bytes.
def add(a, b):
    return bytes(300 << 20)
