# assay: mode=function expect=time_limit cpu=0.3
# Answers the first call and loops in the second.
def add(a, b):
    while a == 10:
        pass
    return a + b
