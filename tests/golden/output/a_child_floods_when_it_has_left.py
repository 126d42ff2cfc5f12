# assay: mode=stdin expect=output_limit,wrong_answer landlock=runtime_error,security_violation,wrong_answer
# Leaves after a wrong answer, with a child that floods standard output.
import os

if os.fork() == 0:
    while True:
        os.write(1, b"x" * 65536)
print(4)
