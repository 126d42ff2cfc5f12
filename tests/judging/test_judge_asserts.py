"""Files of asserts, each test judged by itself, with the facts of a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.types import Limits, Status, TestCode, TestStyle
from judging.judged import call_problem, judge, run_tests, statuses

if TYPE_CHECKING:
    from judging.conftest import Sandbox


@pytest.mark.parametrize(
    ("statement", "asked", "expected", "got"),
    [
        ("assert f(2) == 5", "f(2)", "5", "4"),
        ("assert 5 == f(2)", "f(2)", "5", "4"),
        ("assert f(2) != 4", "f(2)", "not 4", "4"),
        ("assert f(f(1)) > 4, 'too small'", "f(f(1))", "> 4", "4"),
        ("assert not f(1)", "f(1)", "a false value", "2"),
        ("assert f([])", "f([])", "a true value", "[]"),
        ("assert f('ab') is None", "f('ab')", "None", "'abab'"),
        ("for n in range(3): assert f(n) < 4", "f(2)", "< 4", "4"),
        ("x = 2; assert f(x) == 5", "f(2)", "5", "4"),
        (
            "def test_it():\n    n = [1]\n    assert f(n) == n",
            "f([1])",
            "[1]",
            "[1, 1]",
        ),
        ("def check(candidate):\n    assert candidate(2) == 5", "f(2)", "5", "4"),
    ],
)
def test_a_failed_assert_tells_what_was_called_expected_and_given(
    sandbox: Sandbox, statement: str, asked: str, expected: str, got: str
) -> None:
    results = run_tests(sandbox, "def f(x): return x * 2", statement)
    (result,) = [each for each in results if not each.passed]
    facts = (result.input_text, result.expected_text, result.got_text)
    assert facts == (asked, expected, got)
    assert result.status is Status.WRONG_ANSWER
    assert 0 < result.distance <= 1


def test_each_assert_is_a_test_and_none_stops_the_next(sandbox: Sandbox) -> None:
    code = (
        "def f(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x"
    )
    tests = (
        "from answer import f\nassert f(1) == 2\nassert f(-1) == 1\nassert f(3) == 3"
    )
    wrong, raised, right = run_tests(sandbox, code, tests)
    assert wrong.status is Status.WRONG_ANSWER
    assert right.passed
    assert raised.status is Status.RUNTIME_ERROR
    assert raised.got_text == "ValueError: negative (line 3)"
    assert raised.input_text == "f(-1)"


def test_check_is_called_with_the_entry_point_even_of_a_class(
    sandbox: Sandbox,
) -> None:
    code = "class Solution:\n    def f(self, x): return x + 1"
    tests = "def check(candidate):\n    assert candidate(x=1) == 2\n"
    for file in (tests, f"{tests}check(Solution().f)", f"{tests}check(candidate)"):
        (result,) = run_tests(sandbox, code, file, entry_point="Solution().f")
        assert result.passed, file


def test_a_function_may_have_the_name_of_a_builtin(sandbox: Sandbox) -> None:
    code = "def sum(a, b): return a + b"
    (result,) = run_tests(sandbox, code, "assert sum(2, 3) == 5", entry_point="sum")
    assert result.passed


def test_a_test_case_of_unittest_runs_with_its_setup(sandbox: Sandbox) -> None:
    tests = """
import unittest
from answer import f
class TestF(unittest.TestCase):
    def setUp(self): self.value = 2
    def test_right(self): self.assertEqual(f(self.value), 4)
    def test_wrong(self): self.assertEqual(f(self.value), 5)
    def test_raises(self):
        with self.assertRaises(TypeError): f(None)
    def test_parts(self):
        for n in (2, 3):
            with self.subTest(n=n): self.assertEqual(f(n), 4)
    @unittest.skip("later")
    def test_later(self): self.assertEqual(f(2), 4)
if __name__ == "__main__":
    unittest.main()
"""
    results = run_tests(sandbox, "def f(x): return x * 2", tests)
    assert statuses(results) == {
        "TestF.test_right": Status.PASSED,
        "TestF.test_wrong": Status.WRONG_ANSWER,
        "TestF.test_raises": Status.PASSED,
        "TestF.test_parts": Status.WRONG_ANSWER,
        "TestF.test_later": Status.SKIPPED,
    }
    wrong = results[1]
    facts = (wrong.input_text, wrong.expected_text, wrong.got_text)
    assert facts == ("f(2)", "5", "4")


def test_a_statement_that_prepares_tests_and_fails_is_a_failure(
    sandbox: Sandbox,
) -> None:
    tests = "first = f(0)\nassert f(1) == 1\nassert first == 0"
    results = run_tests(sandbox, "def f(x): return 1 // x", tests)
    assert [r.status for r in results] == [
        Status.PASSED,
        Status.WRONG_ANSWER,
        Status.RUNTIME_ERROR,
    ]
    assert results[-1].name == "line 1: first = f(0)"
    assert "ZeroDivisionError" in results[-1].got_text


def test_a_call_without_end_fails_its_test_and_skips_the_rest(
    sandbox: Sandbox,
) -> None:
    code = "def f(x):\n    while x == 2: pass\n    return x"
    tests = "assert f(1) == 1\nassert f(2) == 2\nassert f(3) == 3"
    limits = Limits(cpu_s=0.4, wall_s=15)
    results = run_tests(sandbox, code, tests, limits=limits)
    assert [r.status for r in results] == [
        Status.PASSED,
        Status.TIME_LIMIT,
        Status.SKIPPED,
    ]
    assert results[1].got_text == "no answer within 0.4 s of CPU time"


def test_a_call_that_needs_too_much_memory_is_told_as_that(
    sandbox: Sandbox,
) -> None:
    code = "def f(x): return len(bytearray(1 << 40))"
    (result,) = run_tests(sandbox, code, "assert f(1) == 2")
    assert result.status is Status.MEMORY_LIMIT


def test_after_an_exit_the_next_test_meets_a_fresh_program(sandbox: Sandbox) -> None:
    code = "import os\nseen = []\ndef f(x):\n    seen.append(x)\n"
    code += "    if x == 2: os._exit(0)\n    return len(seen)"
    tests = "assert f(1) == 1\nassert f(2) == 2\nassert f(3) == 1"
    results = run_tests(sandbox, code, tests)
    assert [r.status for r in results] == [
        Status.PASSED,
        Status.RUNTIME_ERROR,
        Status.PASSED,
    ]


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("def f(x) return x", Status.COMPILE_ERROR, "SyntaxError"),
        ("import nothing_of_that_name", Status.RUNTIME_ERROR, "ModuleNotFoundError"),
        ("raise SystemExit(0)", Status.RUNTIME_ERROR, "SystemExit"),
        ("import os; os._exit(0)", Status.RUNTIME_ERROR, ""),
    ],
)
def test_a_program_that_does_not_load_fails_before_any_test(
    sandbox: Sandbox, code: str, status: Status, error: str
) -> None:
    first, second = run_tests(sandbox, code, "assert True\nassert f(1) == 1")
    assert first.status is status
    assert error in first.got_text
    assert second.status is Status.SKIPPED


def test_a_missing_function_fails_the_tests_that_need_it(sandbox: Sandbox) -> None:
    (result,) = run_tests(sandbox, "def g(x): return x", "assert f(1) == 1")
    assert result.status is Status.WRONG_ANSWER
    assert "NameError: name 'f' is not defined" in result.got_text


def test_tests_follow_the_cases_in_a_verdict(sandbox: Sandbox) -> None:
    tests = TestCode(source="assert f(3) == 3", style=TestStyle.ASSERTS)
    problem = call_problem("f", ((1,), 1), ((2,), 5), test_code=(tests, tests))
    verdict = judge(sandbox, "def f(x): return x", problem)
    assert [r.passed for r in verdict.results] == [True, False, True, True]
    assert not verdict.passed
