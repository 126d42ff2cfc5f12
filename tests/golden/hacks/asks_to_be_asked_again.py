# assay: mode=function expect=runtime_error,wrong_answer
# Answers wrongly, and asks a harness to call it again by raising a warning.
class Retry(Warning):
    retry = True


tries = []


def add(a, b):
    tries.append(1)
    if len(tries) % 2:
        raise Retry("flaky, try again")
    return None
