"""A problem as far as it is read, before the user's options have their say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assay.errors import ProblemError
from assay.problems.checkers import describe, found_checker, warning_of
from assay.problems.row_tests import Tests
from assay.problems.signature import Signature
from assay.types import (
    Call,
    Case,
    Checker,
    CheckerKind,
    Input,
    IOMode,
    Problem,
    Stdin,
    Value,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A problem without its checker, and how sure the reading is."""

    problem: Problem
    signature: Signature | None = None
    mode_is_sure: bool = False
    entry_is_assumed: bool = False  # the problem names no function
    tolerance: tuple[float, float] | None = None  # absolute, relative: by its tests
    checker: tuple[Checker, str] | None = None  # as the source gives it, and why


def counted(tests: Tests, where: str) -> str:
    """Return the note that says how many examples were found, and where."""
    count = len(tests.cases) + len(tests.test_code)
    if not count:
        return "No examples found."
    return f"{count} {'example' if count == 1 else 'examples'} found in {where}."


def finish(draft: Draft, chosen: Checker | None = None) -> Problem:
    """Settle the checker, drop repeated cases and refuse contradictory ones.

    Raises:
        ProblemError: two cases give one input different answers.
    """
    problem = draft.problem
    if chosen is not None:
        checker, why = chosen, f"Answers are compared by {describe(chosen)}, as asked."
    elif draft.checker is not None:
        checker, why = draft.checker
    elif draft.tolerance is not None:
        absolute, relative = draft.tolerance
        checker = Checker(kind=CheckerKind.FLOAT, abs_tol=absolute, rel_tol=relative)
        why = f"Numbers may differ by {max(draft.tolerance):g}, as the tests say."
    else:
        checker, why = found_checker(problem.statement, problem.io_mode, problem.cases)
    warning = warning_of(problem.statement, checker)
    return replace(
        problem,
        cases=_without_repeats(problem.cases, checker),
        checker=checker,
        notes=(*problem.notes, why, *([warning] if warning else [])),
    )


def _without_repeats(cases: tuple[Case, ...], checker: Checker) -> tuple[Case, ...]:
    kept: dict[str, Case] = {}
    for case in cases:
        first = kept.setdefault(_key(case.input), case)
        if first is not case and not _agree(first.expected, case.expected, checker):
            raise ProblemError(
                f"{first.name or 'one case'} and {case.name or 'another'} contradict "
                f"each other: for {_shown(case.input)} the first expects "
                f"{_short(first.expected)} and the second {_short(case.expected)}; "
                "remove the wrong one"
            )
    return tuple(kept.values())


def _key(given: Input) -> str:
    if isinstance(given, Stdin):
        return "\n".join(line.rstrip() for line in given.text.strip().split("\n"))
    return f"{given.args!r} {sorted(given.kwargs)!r}"


def _agree(one: Value, other: Value, checker: Checker) -> bool:
    """Whether both answers could be right at once. A user's program may accept both."""
    if checker.any_of:
        return True
    if checker.kind in (CheckerKind.PROGRAM, CheckerKind.FLOAT):
        return True if checker.kind is CheckerKind.PROGRAM else _close(one, other)
    if isinstance(one, str) and isinstance(other, str):
        one, other = one.split(), other.split()
        if checker.ignore_case:
            one, other = [t.lower() for t in one], [t.lower() for t in other]
    if checker.kind is CheckerKind.UNORDERED and isinstance(one, list | tuple):
        return sorted(map(repr, one)) == sorted(map(repr, other))
    return bool(one == other)


def _close(one: Value, other: Value) -> bool:
    """Whether two answers differ by no more than rounding would explain."""
    if isinstance(one, str) and isinstance(other, str):
        left, right = one.split(), other.split()
        return len(left) == len(right) and all(map(_close_words, left, right))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 0.01 * max(1, abs(one), abs(other))
    return isinstance(one, list | tuple) or bool(one == other)


def _close_words(one: str, other: str) -> bool:
    try:
        return one == other or _close(float(one), float(other))
    except ValueError:
        return False


def _shown(given: Input) -> str:
    if isinstance(given, Stdin):
        return f"the input {_short(given.text)}"
    arguments = [_short(a) for a in given.args]
    arguments += [f"{name}={_short(value)}" for name, value in given.kwargs]
    return f"the arguments ({', '.join(arguments)})"


def _short(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def fits(case: Case, io_mode: IOMode) -> bool:
    """Whether a case can be run in a mode."""
    wanted = Stdin if io_mode is IOMode.STDIN else Call
    return isinstance(case.input, wanted)
