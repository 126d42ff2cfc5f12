from __future__ import annotations

from importlib.util import find_spec

import pytest

from assay.errors import ProblemError
from assay.judging.judge import LocalJudge
from assay.types import (
    Call,
    Candidate,
    Case,
    IOMode,
    Limits,
    Observation,
    Problem,
    Status,
    TestCode,
)
from judging.conftest import Sandbox

LIMITS = Limits(cpu_s=5.0, wall_s=60.0)
# Any installed package will do; this one comes with the tests.
SOURCE = "import pluggy\n\n\ndef name(x):\n    return pluggy.__name__ + x"


def problem(**more: object) -> Problem:
    given = {"packages": ("pluggy",), **more}
    return Problem(
        id="p",
        statement="",
        io_mode=IOMode.FUNCTION,
        entry_point="name",
        limits=LIMITS,
        **given,  # type: ignore[arg-type]
    )


def test_a_function_imports_what_its_problem_names(sandbox: Sandbox) -> None:
    judge = LocalJudge(sandbox.executor)
    cases = (Case(input=Call(args=("!",)), expected="pluggy!"),)
    tests = (TestCode(source="assert name('?') == 'pluggy?'"),)
    named = problem(cases=cases, test_code=tests)
    verdict = sandbox.portal.call(judge.judge, Candidate(code=SOURCE), named)
    assert [result.status for result in verdict.results] == [Status.PASSED] * 2, verdict


def test_a_package_that_nobody_named_is_not_there(sandbox: Sandbox) -> None:
    (seen,) = sandbox.calls(SOURCE, "name", [("!",)])
    assert seen.status is Status.RUNTIME_ERROR
    assert "No module named 'pluggy'" in seen.error


def test_a_package_that_is_not_installed_is_the_problems_error(
    sandbox: Sandbox,
) -> None:
    judge = LocalJudge(sandbox.executor)
    cases = (Case(input=Call(args=("!",)), expected="pluggy!"),)
    named = problem(cases=cases, packages=("no_such_package",))
    with pytest.raises(ProblemError, match="no_such_package"):
        sandbox.portal.call(judge.judge, Candidate(code=SOURCE), named)


@pytest.mark.skipif(find_spec("numpy") is None, reason="numpy is not installed here")
def test_a_function_has_numpy_when_asked(sandbox: Sandbox) -> None:
    source = "import numpy\ndef f(n): return int(numpy.arange(n).sum())"

    async def run() -> tuple[Observation, ...]:
        return await sandbox.executor.run_calls(
            source, "f", [Call(args=(5,))], LIMITS, packages=("numpy",)
        )

    (seen,) = sandbox.portal.call(run)
    assert seen.value == 10, seen
