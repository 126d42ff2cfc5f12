# assay: mode=function expect=output_limit,wrong_answer
# Returns a dict of many keys of many kinds.
def add(a, b):
    return {k: k for n in range(20_000) for k in (n, str(n), (n,), n + 0.5)}
