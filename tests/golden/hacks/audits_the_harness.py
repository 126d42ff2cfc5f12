# assay: mode=function expect=runtime_error,wrong_answer
# Adds an audit hook that leaves with status 0 at what follows the call.
import os
import sys

armed = []
sys.addaudithook(lambda *args: os._exit(0) if armed else None)


def add(a, b):
    armed.append(1)
    return None
