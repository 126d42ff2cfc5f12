# assay: mode=stdin expect=wrong_answer
# Prints a wrong answer and raises from an exit function, which Python forgives.
import atexit


def wrong() -> None:
    raise ValueError


atexit.register(wrong)
print(4)
