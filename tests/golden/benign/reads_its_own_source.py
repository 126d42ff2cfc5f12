# assay: mode=stdin expect=passed
# Asks for the text of one of its functions.
import inspect


def plus(a: int, b: int) -> int:
    return a + b


assert "return a + b" in inspect.getsource(plus)
print(plus(*map(int, input().split())))
