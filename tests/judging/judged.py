"""Short ways to ask the judge, for tests that are plain functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.judging.judge import LocalJudge
from assay.types import (
    Call,
    Candidate,
    Case,
    CaseResult,
    Checker,
    IOMode,
    Limits,
    Problem,
    Status,
    Stdin,
    TestCode,
    TestStyle,
    Verdict,
)

if TYPE_CHECKING:
    from judging.conftest import Sandbox

LIMITS = Limits(cpu_s=2.0, wall_s=20.0)


def judge(sandbox: Sandbox, code: str, problem: Problem) -> Verdict:
    """Judge one program."""
    judge = LocalJudge(sandbox.executor)
    return sandbox.portal.call(judge.judge, Candidate(code=code), problem)


def text_problem(*pairs: tuple[str, str], checker: Checker = Checker()) -> Problem:  # noqa: B008 (frozen)
    """A problem for whole programs: inputs and what they must print."""
    cases = tuple(Case(input=Stdin(text=given), expected=want) for given, want in pairs)
    return Problem(
        id="texts",
        statement="",
        io_mode=IOMode.STDIN,
        cases=cases,
        checker=checker,
        limits=LIMITS,
    )


def call_problem(
    entry_point: str | None, *pairs: tuple[tuple[Any, ...], Any], **more: Any
) -> Problem:
    """A problem for functions: arguments and what they must return."""
    cases = tuple(Case(input=Call(args=args), expected=want) for args, want in pairs)
    more.setdefault("limits", LIMITS)
    return Problem(
        id="calls",
        statement="",
        io_mode=IOMode.FUNCTION,
        entry_point=entry_point,
        cases=cases,
        **more,
    )


def run_tests(
    sandbox: Sandbox,
    code: str,
    tests: str,
    style: TestStyle = TestStyle.ASSERTS,
    entry_point: str | None = "f",
    **more: Any,
) -> tuple[CaseResult, ...]:
    """Results of a tests file on a program."""
    given = (TestCode(source=tests, style=style),)
    problem = call_problem(entry_point, test_code=given, **more)
    return judge(sandbox, code, problem).results


def statuses(results: tuple[CaseResult, ...]) -> dict[str, Status]:
    """The status of each test by its name."""
    return {result.name: result.status for result in results}
