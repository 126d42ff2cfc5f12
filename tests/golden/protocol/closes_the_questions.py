# assay: mode=function expect=runtime_error,wrong_answer cpu=0.4 wall=0.8
# Closes the descriptor of the questions after a wrong answer.
import os


def add(a, b):
    os.close(3)
    return a - b
