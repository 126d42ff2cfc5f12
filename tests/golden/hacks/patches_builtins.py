# assay: mode=function expect=runtime_error,wrong_answer,time_limit cpu=0.6 wall=1.5
# Replaces the builtins with which a harness compares.
import builtins

builtins.isinstance = builtins.all = builtins.any = lambda *args: True
builtins.len = lambda *args: 1
builtins.type = lambda *args: int
builtins.abs = builtins.hash = lambda *args: 0


def add(a, b):
    return None
