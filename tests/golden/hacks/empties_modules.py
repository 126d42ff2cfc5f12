# assay: mode=function expect=runtime_error,wrong_answer,time_limit wall=4
# Empties all modules, so that whoever compares finds nothing.
import sys

for name, module in list(sys.modules.items()):
    if name not in ("builtins", "sys", "solution", "__main__"):
        vars(module).clear()


def add(a, b):
    return None
