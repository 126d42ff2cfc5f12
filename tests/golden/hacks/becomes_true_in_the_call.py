# assay: mode=function expect=runtime_error,wrong_answer,security_violation
# Turns into /bin/true, whose exit status is 0.
import os


def add(a, b):
    os.execv("/bin/true", ["true"])
