# assay: mode=function expect=runtime_error,wrong_answer,time_limit,security_violation cpu=0.4 wall=0.8
# Takes os._exit away, so that the text of the judge goes on where it must not.
import os
import sys

os._exit = lambda status: None
sys.exit = os.abort = os._exit


def add(a, b):
    raise SystemExit(0)
