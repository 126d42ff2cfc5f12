# assay: mode=function expect=runtime_error
# Raises an error whose text and whose class's name raise again.
class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit(0)


class Again(Exception, metaclass=Meta):
    def __str__(self):
        raise SystemExit(0)


def add(a, b):
    raise Again
