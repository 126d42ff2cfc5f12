"""The user's own checker program decides, in a sandbox of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.errors import ProblemError
from assay.types import Checker, CheckerKind, Status
from judging.judged import call_problem, judge, text_problem

if TYPE_CHECKING:
    from judging.conftest import Sandbox

# Accepts any two numbers whose sum is the input; the expected one is an example.
ANY_SUM = """
import sys
given, expected, output = (open(name).read() for name in sys.argv[1:])
assert sum(map(int, expected.split())) == int(given)
words = output.split()
sys.exit(42 if len(words) == 2 and sum(map(int, words)) == int(given) else 43)
"""


def program(source: str | None) -> Checker:
    return Checker(kind=CheckerKind.PROGRAM, source=source)


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("1 9", Status.PASSED),
        ("4 6", Status.PASSED),
        ("4 7", Status.WRONG_ANSWER),
        ("", Status.WRONG_ANSWER),
        ("four six", Status.WRONG_ANSWER),  # the checker itself crashes
    ],
)
def test_a_checker_program_accepts_what_it_says(
    sandbox: Sandbox, printed: str, status: Status
) -> None:
    problem = text_problem(("10\n", "5 5\n"), checker=program(ANY_SUM))
    (result,) = judge(sandbox, f"print({printed!r})", problem).results
    assert result.status is status
    assert (result.distance == 0) is (status is Status.PASSED)


def test_status_zero_accepts_and_values_come_as_literals(sandbox: Sandbox) -> None:
    source = """
import ast, sys
given, expected, output = (ast.literal_eval(open(n).read()) for n in sys.argv[1:])
(args, kwargs) = given
sys.exit(0 if sorted(output) == sorted(args[0]) and kwargs == {} else 1)
"""
    problem = call_problem("f", (([3, 1, 2],), [1, 2, 3]), checker=program(source))
    assert judge(sandbox, "def f(x): return x[::-1]", problem).passed
    assert not judge(sandbox, "def f(x): return x[1:]", problem).passed


@pytest.mark.parametrize(
    ("source", "message"),
    [(None, "no program was given"), ("import sys\nif", "on line 2")],
)
def test_a_checker_that_is_no_program_is_the_users_error(
    sandbox: Sandbox, source: str | None, message: str
) -> None:
    problem = text_problem(("", "1"), checker=program(source))
    with pytest.raises(ProblemError, match=message):
        judge(sandbox, "print(1)", problem)
