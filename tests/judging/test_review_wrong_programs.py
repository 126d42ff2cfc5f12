"""Programs that are wrong and made to look right, and right ones that looked wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.types import (
    Case,
    Checker,
    CheckerKind,
    IOMode,
    Problem,
    Status,
    Stdin,
    TestCode,
    TestStyle,
)
from judging.judged import LIMITS, call_problem, judge

if TYPE_CHECKING:
    from judging.conftest import Sandbox

ALWAYS_RIGHT = """
class {name}:
    def root(self, x): return {name}()
    def __sub__(self, other): return self
    def __rsub__(self, other): return self
    def __abs__(self): return self
    def __lt__(self, other): return True
    def __contains__(self, item): return True
"""

SHADOWS = """
def root(x): return 7
def abs(x): return 0
class Anything:
    def __eq__(self, other): return True
    def __rsub__(self, other): return self
class math:
    @staticmethod
    def isclose(*args): return True
"""

SAME_LITERAL = """
import ast, sys
_, expected, output = (ast.literal_eval(open(n).read()) for n in sys.argv[1:])
sys.exit(0 if expected == output else 1)
"""


def problem_with(source: str, style: TestStyle, entry_point: str = "root") -> Problem:
    return Problem(
        id="tested",
        statement="",
        io_mode=IOMode.FUNCTION,
        entry_point=entry_point,
        test_code=(TestCode(source=source, style=style),),
        limits=LIMITS,
    )


@pytest.mark.parametrize("check", ["abs(got - 1.41) < 1e-6", "5 in got"])
def test_the_class_that_holds_the_function_decides_nothing(
    sandbox: Sandbox, check: str
) -> None:
    source = f"def test_root():\n    got = Solution().root(2)\n    assert {check}\n"
    problem = problem_with(source, TestStyle.ASSERTS, "Solution().root")
    assert not judge(sandbox, ALWAYS_RIGHT.format(name="Solution"), problem).passed


def test_a_class_named_as_a_constant_of_the_tests_decides_nothing(
    sandbox: Sandbox,
) -> None:
    source = "EPS = 1e-6\ndef test_root():\n    assert abs(root(2) - 1.41) < EPS\n"
    code = ALWAYS_RIGHT.format(name="EPS") + "def root(x): return EPS()\n"
    assert not judge(sandbox, code, problem_with(source, TestStyle.ASSERTS)).passed


@pytest.mark.parametrize(
    "imported", ["from solution import Money", "from solution import *", ""]
)
def test_a_class_that_tests_import_keeps_its_operators(
    sandbox: Sandbox, imported: str
) -> None:
    source = f"{imported}\ndef test_less():\n    assert Money(3) < 5\n"
    code = """
class Money:
    def __init__(self, n): self.n = n
    def __lt__(self, other): return self.n < other
"""
    problem = problem_with(source, TestStyle.ASSERTS, "Money")
    assert judge(sandbox, code, problem).passed
    assert not judge(sandbox, code.replace(" < other", " > other"), problem).passed


@pytest.mark.parametrize("style", list(TestStyle))
@pytest.mark.parametrize(
    "check", ["abs(root(2) - 1.41) < 1e-6", "math.isclose(root(2), 1.41)"]
)
def test_a_star_import_does_not_replace_what_the_tests_decide_with(
    sandbox: Sandbox, style: TestStyle, check: str
) -> None:
    head, it, indent = "import math\nfrom solution import *\n", "", ""
    if style is TestStyle.UNITTEST:
        head += "import unittest\nclass TestRoot(unittest.TestCase):\n"
        it, indent = "self", "    "
    source = head + (
        f"{indent}def test_root({it}):\n{indent}    assert {check}\n"
        f"{indent}def test_there({it}):\n{indent}    assert root\n"
    )
    wrong, there = judge(sandbox, SHADOWS, problem_with(source, style)).results
    assert wrong.status is Status.WRONG_ANSWER
    assert there.passed


def test_a_star_import_works_for_programs_that_use_a_common_name(
    sandbox: Sandbox,
) -> None:
    source = "from solution import *\ndef test_root():\n    assert root(2) == 2\n"
    code = "dir = [(0, 1), (1, 0)]\ndef root(x): return len(dir)"
    assert judge(sandbox, code, problem_with(source, TestStyle.PYTEST)).passed


def test_an_answer_in_place_may_leave_what_is_right_already(sandbox: Sandbox) -> None:
    problem = call_problem(
        "f",
        (([1, 2, 3],), [1, 2, 3]),
        (([2, 1],), [1, 2]),
        starter_code="def f(a) -> None:\n    pass\n",
    )
    assert judge(sandbox, "def f(a): a.sort()", problem).passed
    nothing = judge(sandbox, "def f(a): pass", problem).results
    assert [result.passed for result in nothing] == [True, False]


@pytest.mark.parametrize(
    ("returned", "expected", "passes"),
    [
        ("'abc'", "abc", True),
        ("'[1]'", [1], False),
        ("[10**5000, (), {1: 'x'}]", [10**5000, (), {1: "x"}], True),
        ("10**5000 + 1", 10**5000, False),
    ],
    ids=["text", "text of a list", "long number", "wrong long number"],
)
def test_a_checker_program_reads_any_value_of_a_call_as_a_literal(
    sandbox: Sandbox, returned: str, expected: object, passes: bool
) -> None:
    checker = Checker(kind=CheckerKind.PROGRAM, source=SAME_LITERAL)
    problem = call_problem("f", ((1,), expected), checker=checker)
    assert judge(sandbox, f"def f(x): return {returned}", problem).passed is passes


def test_a_whole_program_may_import_the_future_after_the_setup(
    sandbox: Sandbox,
) -> None:
    problem = Problem(
        id="setup",
        statement="",
        io_mode=IOMode.STDIN,
        setup_code="import math",
        cases=(Case(input=Stdin(text="9"), expected="3"),),
        limits=LIMITS,
    )
    code = "from __future__ import annotations\nprint(math.isqrt(int(input())))"
    assert judge(sandbox, code, problem).passed
    (failed,) = judge(sandbox, "\n\n1/0", problem).results
    assert "(line 3)" in failed.got_text
