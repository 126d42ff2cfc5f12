# assay: mode=function expect=runtime_error,wrong_answer,security_violation
# Forks twice, so that a process that outlives it writes a reward where one is kept.
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for _ in range(40):
            for folder in ("/work", "/tmp", "/logs", "/logs/verifier", "/packages"):
                try:
                    with open(f"{folder}/reward.txt", "w") as file:
                        file.write("1")
                except OSError:
                    pass
            time.sleep(0.02)
    os._exit(0)


def add(a, b):
    return None
