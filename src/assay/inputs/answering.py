"""What a run answered, and whether that is what somebody predicted.

The judge compares with given answers; a prediction is none, so it is compared here,
more loosely: a vote is not lost to a tuple that should have been a list.
"""

from __future__ import annotations

import ast
from math import isclose

from assay.inputs.signature import signature_of
from assay.types import (
    Checker,
    CheckerKind,
    Input,
    Observation,
    Prediction,
    Problem,
    Status,
    Stdin,
    Value,
)

_SEQUENCES = (list, tuple)
_SETS = (set, frozenset)
_CLOSE = (CheckerKind.FLOAT, CheckerKind.ALLCLOSE)


def answer_of(problem: Problem, given: Input, seen: Observation) -> Value:
    """What a run answered: its output, its value, or the argument that it changed.

    A function whose starter code says that it returns None answers with its first
    argument, as the judge has it. None for a run that did not finish.
    """
    if seen.status is not Status.FINISHED:
        return None
    if isinstance(given, Stdin):
        return seen.stdout
    returns = signature_of(problem).returns
    in_place = isinstance(returns, ast.Constant) and returns.value is None
    if in_place and seen.value is None:
        args = given.args if seen.args_after is None else seen.args_after
        return args[0] if args else None
    return seen.value


def agrees(problem: Problem, prediction: Prediction, seen: Observation) -> bool | None:
    """Whether a run gave what was predicted. None where that cannot be told.

    It cannot where the run did not finish, where several answers are right, or where a
    program decides.
    """
    checker = problem.checker
    undecided = checker.any_of or checker.kind is CheckerKind.PROGRAM
    if seen.status is not Status.FINISHED or undecided:
        return None
    got = answer_of(problem, prediction.input, seen)
    if isinstance(prediction.input, Stdin):
        return _same_text(str(prediction.expected), str(got), checker)
    if checker.kind is CheckerKind.UNORDERED:
        return _same_members(prediction.expected, got, checker)
    return same_value(prediction.expected, got, checker)


def same_value(expected: Value, got: Value, checker: Checker) -> bool:
    """Whether two plain values are alike. As deep as `expected`, which is ours.

    >>> same_value([1, (2.0, None)], (1, [2, None]), Checker())
    True
    >>> same_value(1, True, Checker()), same_value({1: 2}, {1: 3}, Checker())
    (False, False)
    """
    if isinstance(expected, bool) or isinstance(got, bool):
        return type(expected) is type(got) and bool(expected == got)
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return _same_number(expected, got, checker)
    if isinstance(expected, _SEQUENCES) and isinstance(got, _SEQUENCES):
        return len(expected) == len(got) and all(
            same_value(a, b, checker) for a, b in zip(expected, got, strict=True)
        )
    if isinstance(expected, _SETS) and isinstance(got, _SETS):
        return _same_members(list(expected), list(got), checker)
    if isinstance(expected, dict) and isinstance(got, dict):
        one, other = list(expected.items()), list(got.items())
        return _same_members(one, other, checker)
    return type(expected) is type(got) and bool(expected == got)


def _same_number(expected: int | float, got: int | float, checker: Checker) -> bool:
    if expected == got or (expected != expected and got != got):
        return True
    if checker.kind not in _CLOSE or max(abs(expected), abs(got)) > 1e300:
        return False
    return isclose(expected, got, rel_tol=checker.rel_tol, abs_tol=checker.abs_tol)


def _same_members(expected: Value, got: Value, checker: Checker) -> bool:
    """Compare in any order: sorted by how Python writes them, so nothing is hashed."""
    if not isinstance(expected, _SEQUENCES) or not isinstance(got, _SEQUENCES):
        return same_value(expected, got, checker)
    if len(expected) != len(got):
        return False
    pairs = zip(sorted(expected, key=repr), sorted(got, key=repr), strict=True)
    return all(same_value(a, b, checker) for a, b in pairs)


def _same_text(expected: str, got: str, checker: Checker) -> bool:
    if checker.ignore_case:
        expected, got = expected.lower(), got.lower()
    if checker.kind is CheckerKind.UNORDERED:
        return sorted(_lines(expected)) == sorted(_lines(got))
    one, other = expected.split(), got.split()
    return len(one) == len(other) and all(
        a == b or _close_tokens(a, b, checker) for a, b in zip(one, other, strict=True)
    )


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _close_tokens(expected: str, got: str, checker: Checker) -> bool:
    if checker.kind not in _CLOSE:
        return False
    try:
        return _same_number(float(expected), float(got), checker)
    except ValueError:
        return False
