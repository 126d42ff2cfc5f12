# assay: mode=function expect=wrong_answer
# Answers by the time of day.
import time


def add(a, b):
    return int(time.time()) % 2 + 4 if a else 7
