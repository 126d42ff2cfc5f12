"""Judging by given cases: statuses, facts, distances, what is skipped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assay.errors import ProblemError
from assay.judging.judge import LocalJudge
from assay.types import (
    Call,
    Candidate,
    CaseResult,
    Limits,
    Problem,
    Status,
    Stdin,
    Verdict,
)
from judging.judged import call_problem, judge, text_problem

if TYPE_CHECKING:
    from judging.conftest import Sandbox

SUM = "print(sum(map(int, input().split())))"


def test_a_right_program_passes_each_case_at_distance_zero(sandbox: Sandbox) -> None:
    verdict = judge(sandbox, SUM, text_problem(("1 2\n", "3\n"), ("4 5\n", "9")))
    assert verdict.passed
    assert [result.distance for result in verdict.results] == [0, 0]
    assert verdict.isolation == sandbox.executor.isolation.tier


def test_a_wrong_answer_comes_with_its_facts_and_its_distance(
    sandbox: Sandbox,
) -> None:
    code = "a, b = map(int, input().split())\nprint(a * b, 'x')"
    (result,) = judge(sandbox, code, text_problem(("3 4\n", "7 x\n"))).results
    assert result.status is Status.WRONG_ANSWER
    assert result.input_text == "3 4\n"
    assert result.expected_text == "7 x\n"
    assert result.got_text == "12 x\n"
    assert 0 < result.distance < 0.5, "one of two words is right"


def test_an_error_is_told_by_its_class_and_line(sandbox: Sandbox) -> None:
    code = "n = input()\nprint(int(n))"
    cases = text_problem(("x\n", "1"), ("2\n", "2"))
    first, second = judge(sandbox, code, cases).results
    assert first.status is Status.RUNTIME_ERROR
    assert "ValueError" in first.got_text
    assert "line 2" in first.got_text
    assert second.passed, "an error in one case says nothing of the others"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("while True: pass", Status.TIME_LIMIT),
        ("x = bytearray(1 << 40)", Status.MEMORY_LIMIT),
        ("def (", Status.COMPILE_ERROR),
    ],
)
def test_after_a_limit_the_other_cases_are_skipped(
    sandbox: Sandbox, code: str, status: Status
) -> None:
    limits = Limits(cpu_s=0.4, wall_s=15.0)
    texts = replace(text_problem(("", "1"), ("", "2"), ("", "3")), limits=limits)
    results = judge(sandbox, code, texts).results
    assert [r.status for r in results] == [status, Status.SKIPPED, Status.SKIPPED]
    calls = call_problem("f", ((), 1), ((), 2), limits=limits)
    results = judge(sandbox, f"{code}\ndef f(): return 1", calls).results
    assert [r.status for r in results] == [status, Status.SKIPPED]


def test_calls_are_compared_by_value_and_told_as_calls(sandbox: Sandbox) -> None:
    problem = call_problem("f", ((2,), 4), ((3,), 9), (("a",), "aa"))
    results = judge(sandbox, "def f(x): return x * 2", problem).results
    expected = [Status.PASSED, Status.WRONG_ANSWER, Status.PASSED]
    assert [r.status for r in results] == expected
    wrong = results[1]
    assert (wrong.input_text, wrong.expected_text, wrong.got_text) == ("f(3)", "9", "6")
    assert wrong.name == "case 2"


def test_methods_and_a_setup_are_found(sandbox: Sandbox) -> None:
    code = "class Solution:\n    def f(self, x: List[int]): return Counter(x)[1]"
    problem = call_problem(
        "Solution().f",
        (([1, 1, 2],), 2),
        setup_code="from typing import *\nfrom collections import *",
    )
    assert judge(sandbox, code, problem).passed


@pytest.mark.parametrize(
    ("starter", "passed"),
    [
        ("class Solution:\n    def f(self, nums: list[int]) -> None:", True),
        ("class Solution:\n    def f(self, nums: list[int]) -> list[int]:", False),
        ("", False),
    ],
)
def test_a_changed_argument_is_the_answer_only_where_the_starter_says_none(
    sandbox: Sandbox, starter: str, passed: bool
) -> None:
    code = "class Solution:\n    def f(self, nums): nums.sort()"
    problem = call_problem("Solution().f", (([3, 1],), [1, 3]), starter_code=starter)
    assert judge(sandbox, code, problem).passed is passed


def test_none_may_be_the_right_answer(sandbox: Sandbox) -> None:
    code = "def f(x):\n    x.append(1)"
    assert judge(sandbox, code, call_problem("f", (([],), None))).passed


def test_without_cases_nothing_is_shown(sandbox: Sandbox) -> None:
    verdict = judge(sandbox, "x = 1", call_problem("f"))
    assert verdict.results == ()
    assert not verdict.passed


def test_observing_tells_values_in_the_order_of_the_inputs(sandbox: Sandbox) -> None:
    local = LocalJudge(sandbox.executor)
    candidate = Candidate(code="def f(x): return 10 // x")
    inputs = tuple(Call(args=(x,)) for x in (5, 0, 2))
    seen = sandbox.portal.call(local.observe, candidate, call_problem("f"), inputs)
    assert [each.value for each in seen] == [2, None, 5]
    assert seen[1].status is Status.RUNTIME_ERROR


@pytest.mark.parametrize(
    ("problem", "inputs", "message"),
    [
        (call_problem(None), (Call(),), "names no function"),
        (call_problem("f"), (Stdin(text=""),), "an input is a text"),
        (text_problem(), (Call(),), "an input is a call"),
        (replace(text_problem(), language="cobol"), (Stdin(text=""),), "'cobol'"),
    ],
)
def test_a_problem_that_cannot_be_run_is_an_error_and_no_verdict(
    sandbox: Sandbox, problem: Problem, inputs: Any, message: str
) -> None:
    local = LocalJudge(sandbox.executor)
    with pytest.raises(ProblemError, match=message):
        sandbox.portal.call(local.observe, Candidate(code=""), problem, inputs)


@pytest.mark.parametrize(
    ("given_statuses", "wanted"),
    [
        ((), Status.SKIPPED),
        ((Status.PASSED, Status.PASSED), Status.PASSED),
        ((Status.PASSED, Status.TIME_LIMIT, Status.SKIPPED), Status.TIME_LIMIT),
        ((Status.WRONG_ANSWER, Status.RUNTIME_ERROR), Status.WRONG_ANSWER),
    ],
)
def test_a_verdicts_status_is_its_first_failure(
    given_statuses: tuple[Status, ...], wanted: Status
) -> None:
    results = tuple(CaseResult(status=status) for status in given_statuses)
    assert Verdict(candidate=Candidate(code=""), results=results).status is wanted
