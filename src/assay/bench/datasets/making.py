"""A row's sealed side: the same problem with hidden cases or tests in its place.

A row that has none, or whose tests cannot be read, is an error. There is no fallback to
the public samples: what they would measure is another thing under the same name.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assay.bench.datasets.evalplus_tables import PROGRAM, table_of
from assay.bench.datasets.parsing import parsed
from assay.bench.tasks import AnsweredBy
from assay.errors import ProblemError
from assay.judging.languages import is_own_python
from assay.problems import read_row
from assay.problems.rows import VISIBLE
from assay.types import (
    Call,
    Case,
    Checker,
    CheckerKind,
    Limits,
    Problem,
    TestCode,
    TestStyle,
)

GRADING = Limits(cpu_s=10.0, memory_mb=2048, output_kb=16_384)
"""Generous: a slow computer must not fail a right program."""


def grading_limits(time_limit_s: float | None, memory_mb: int | None = None) -> Limits:
    """The limits of hidden judging: `GRADING`, or twice the row's time if that is more.

    >>> grading_limits(8.0).cpu_s, grading_limits(None, 4096).memory_mb
    (16.0, 4096)
    """
    return replace(
        GRADING,
        cpu_s=max(GRADING.cpu_s, 2 * (time_limit_s or 0.0)),
        memory_mb=max(GRADING.memory_mb, memory_mb or 0),
    )


def shown(row: Mapping[str, Any]) -> Problem:
    """What a solver may see of a row, of its `VISIBLE` fields alone."""
    return read_row({key: row[key] for key in VISIBLE if key in row})


def hidden_by_cases(
    row: Mapping[str, Any], tests: object, where: str, *, limits: Limits = GRADING
) -> Problem:
    """The row's problem with hidden `[{input, output}]` for its cases.

    Raises:
        ProblemError: they are none, or one of them cannot be read.
    """
    if not isinstance(tests, Sequence) or isinstance(tests, str) or not tests:
        raise none_hidden(where)
    try:
        problem = shown({**row, "public_tests": list(tests)})
    except ProblemError as error:
        raise ProblemError(
            f"{where}: its hidden tests cannot be read: {error}"
        ) from error
    if not problem.has_given_tests:
        raise none_hidden(where)
    return replace(problem, limits=limits)


def hidden_by_code(
    problem: Problem,
    source: str,
    where: str,
    *,
    style: TestStyle = TestStyle.ASSERTS,
    limits: Limits = GRADING,
) -> Problem:
    """The problem with hidden test code for its cases.

    Test code of another language than Python is taken as it is: whether it can be run
    is the judge's to say.

    Raises:
        ProblemError: it is no Python, or nothing in it can fail.
    """
    if not source.strip():
        raise none_hidden(where)
    if is_own_python(problem.language):
        _require_tests(source, where)
    tests = TestCode(source=source, style=style, name="hidden tests")
    return replace(problem, cases=(), test_code=(tests,), limits=limits)


def hidden_by_tests(
    problem: Problem, source: str, where: str, *, limits: Limits = GRADING
) -> tuple[Problem, AnsweredBy | None]:
    """The problem with published test code for its cases, as a table where it is one.

    Raises:
        ProblemError: as `hidden_by_code`.
    """
    table = table_of(source)
    if table is None or problem.entry_point is None:
        return hidden_by_code(problem, source, where, limits=limits), None
    inputs = tuple(Call(args=given) for given in table.inputs)
    checker = Checker(
        kind=CheckerKind.ALLCLOSE, abs_tol=table.atol, rel_tol=1e-7, strict_types=True
    )
    if table.results is None:
        return hidden_by_code(problem, source, where, limits=limits), AnsweredBy(
            code=table.program, entry_point=PROGRAM, inputs=inputs, checker=checker
        )
    cases = tuple(
        Case(input=given, expected=wanted)
        for given, wanted in zip(inputs, table.results, strict=True)
    )
    hidden = replace(problem, cases=cases, test_code=(), checker=checker, limits=limits)
    return hidden, None


def none_hidden(where: str) -> ProblemError:
    """The error for a row that nothing can be graded by."""
    return ProblemError(
        f"{where} has no hidden tests; a task must be graded by what its solver does "
        "not see, so add them or leave the row out"
    )


def _require_tests(source: str, where: str) -> None:
    try:
        tree = parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ProblemError(
            f"{where}: its hidden tests are no Python ({error}); fetch the file again"
        ) from error
    if not any(_can_fail(node) for node in ast.walk(tree)):
        raise ProblemError(
            f"{where}: its hidden tests assert nothing, so that every program would "
            "pass; leave the row out"
        )


def _can_fail(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr.startswith("assert")
