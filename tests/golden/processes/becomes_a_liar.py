# assay: mode=stdin expect=wrong_answer landlock=runtime_error,security_violation,wrong_answer
# Turns into a program that prints another answer.
import os

os.execv("/bin/echo", ["echo", "4"])
