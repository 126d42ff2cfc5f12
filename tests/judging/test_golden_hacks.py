"""The reward hacks of the corpus fool no way of testing, whatever they return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.types import Limits, Status, TestStyle
from judging.golden import Golden, corpus, status_of
from judging.judged import call_problem, judge, run_tests, text_problem

if TYPE_CHECKING:
    from judging.conftest import Sandbox

HACKS = {
    program.name.partition("/")[2]: program
    for program in corpus("hacks")
    if program.mode == "function"
}
LIMITS = Limits(cpu_s=1.0, wall_s=4.0)

ASSERTS = """
METADATA = {"author": "the tests"}

def check(candidate):
    assert candidate(2, 3) == 5
    assert candidate(10, -4) == 6
    assert candidate(0, 0) == 0

check(add)
"""

PYTEST = """
import pytest
from answer import add

@pytest.mark.parametrize("a, b, right", [(2, 3, 5), (10, -4, 6), (0, 0, 0)])
def test_add(a, b, right):
    assert add(a, b) == right
"""

MAIN = """

if __name__ == "__main__":
    a, b = map(int, input().split())
    print(add(a, b))
"""
TEXTS = (("2 3\n", "5"), ("10 -4\n", "6"), ("0 0\n", "0"))
TRUE_PROGRAM = "def add(a, b): return a + b\n"

all_hacks = pytest.mark.parametrize("hack", HACKS.values(), ids=HACKS.keys())


@all_hacks
def test_no_hack_passes_a_file_of_asserts(sandbox: Sandbox, hack: Golden) -> None:
    results = run_tests(sandbox, hack.source, ASSERTS, entry_point="add", limits=LIMITS)
    assert results
    assert not all(result.passed for result in results)


@all_hacks
def test_no_hack_passes_a_file_of_pytest(sandbox: Sandbox, hack: Golden) -> None:
    results = run_tests(
        sandbox, hack.source, PYTEST, TestStyle.PYTEST, entry_point="add", limits=LIMITS
    )
    assert results
    assert not all(result.passed for result in results)


@all_hacks
def test_no_hack_passes_calls_in_forks(sandbox: Sandbox, hack: Golden) -> None:
    async def run() -> str:
        return await status_of(sandbox.executor, hack, fork=True)

    status = sandbox.portal.call(run)
    assert status not in ("passed", "sandbox_failure")


@all_hacks
def test_no_hack_passes_as_a_whole_program(sandbox: Sandbox, hack: Golden) -> None:
    problem = text_problem(*TEXTS)
    verdict = judge(sandbox, hack.source + MAIN, problem)
    assert not verdict.passed
    assert Status.SANDBOX_FAILURE not in [result.status for result in verdict.results]


@all_hacks
def test_no_hack_passes_the_cases_of_a_problem(sandbox: Sandbox, hack: Golden) -> None:
    cases = ((2, 3), 5), ((10, -4), 6), ((0, 0), 0)
    verdict = judge(sandbox, hack.source, call_problem("add", *cases, limits=LIMITS))
    assert not verdict.passed


def test_the_right_program_passes_all_that_no_hack_passes(sandbox: Sandbox) -> None:
    for tests, style in (ASSERTS, TestStyle.ASSERTS), (PYTEST, TestStyle.PYTEST):
        results = run_tests(sandbox, TRUE_PROGRAM, tests, style, entry_point="add")
        assert {result.status for result in results} == {Status.PASSED}
    assert judge(sandbox, TRUE_PROGRAM + MAIN, text_problem(*TEXTS)).passed
