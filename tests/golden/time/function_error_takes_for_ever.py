# assay: mode=function expect=time_limit cpu=0.3
# Raises an error whose text takes for ever to write.
class Slow(Exception):
    def __str__(self):
        while True:
            pass


def add(a, b):
    raise Slow
