# assay: mode=function expect=time_limit cpu=0.3
# Loops before the function is defined.
while True:
    pass


def add(a, b):
    return a + b
