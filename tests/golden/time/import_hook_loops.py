# assay: mode=function expect=time_limit cpu=0.3
# Loops in an import hook that the server might run into.
import sys


class Loop:
    def find_spec(self, *args):
        while True:
            pass


sys.meta_path.insert(0, Loop())


def add(a, b):
    import no_such_module
