# assay: mode=function expect=runtime_error,wrong_answer
# Plants a sitecustomize.py for whichever Python starts next.
import sys

for folder in ["/work", "/tmp", "/dev/shm", *sys.path]:
    for name in ("sitecustomize.py", "usercustomize.py", "evil.pth"):
        try:
            with open(f"{folder}/{name}", "w") as file:
                file.write("import os; os._exit(0)\n")
        except OSError:
            pass


def add(a, b):
    return None
