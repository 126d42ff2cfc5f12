# assay: mode=function expect=runtime_error,wrong_answer
# Plants a module that shadows one of the standard library.
for name in ("json", "struct", "signal", "unittest", "pytest", "answer", "solution"):
    with open(f"{name}.py", "w") as file:
        file.write("raise SystemExit(0)\n")


def add(a, b):
    return None
