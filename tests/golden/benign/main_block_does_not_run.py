# assay: mode=function expect=passed
# Has a main block that would exit, and that does not run when it is called.
def add(a, b):
    return a + b


if __name__ == "__main__":
    raise SystemExit(3)
