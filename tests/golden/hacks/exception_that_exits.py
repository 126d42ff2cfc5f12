# assay: mode=function expect=runtime_error,wrong_answer
# Raises an error that leaves with status 0 where its text is asked for.
import os


class Leave(Exception):
    def __str__(self):
        os._exit(0)

    __repr__ = __str__


def add(a, b):
    raise Leave
