"""Comparing an answer with the expected one, here where the expected answer lives.

Covered: every function is total and close to linear on anything a sandbox can answer.
Nothing of the answer is evaluated, unpickled, hashed or asked for its own opinion.
Not covered: `CheckerKind.PROGRAM`, which has to run; see `checker_program.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assay.errors import ProblemError
from assay.judging.allclose import equal_or_close
from assay.judging.distance import line_distance, token_distance, value_distance
from assay.judging.facts import show_value
from assay.judging.plain import Form, NotPlain, canonical, is_json_like, is_surely_equal
from assay.judging.tolerance import tokens_close, values_close
from assay.types import Checker, CheckerKind, Value

FORM_DISTANCE = 0.01
"""How far an answer is that is right in all but form: blanks, a type, an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Whether an answer is right, and how far from right it is (0 iff it is)."""

    passed: bool
    distance: float


RIGHT = Comparison(passed=True, distance=0.0)


def compare_text(checker: Checker, expected: Value, got: str) -> Comparison:
    r"""Compare what a program printed with what it should have printed.

    EXACT ignores blanks at the ends of lines and empty lines at the end, nothing else.
    `ignore_case` and `any_of` hold for every kind. White space is Unicode's.

    Raises:
        ProblemError: the checker takes any of several answers, and none are given.

    >>> compare_text(Checker(), "1 2\n", "1 2 \n\n").passed
    True
    >>> compare_text(Checker(any_of=True), ["Yes", "Y"], "Y").passed
    True
    """
    return _nearest(
        _compare_text(checker, str(answer), got)
        for answer in _answers(checker, expected)
    )


def compare_value(checker: Checker, expected: Value, got: Value) -> Comparison:
    """Compare what a call returned with what it should have returned.

    EXACT is Python's `==` on builtins, except that a bool is never a number, nan equals
    nan, and floats have no tolerance (that is what FLOAT is for). A tuple passes for a
    list only if the expected value could have come from JSON: there a list may stand
    for either, while an author who writes a tuple or a set somewhere means the types.
    With `strict_types` it never does, nor an int for a float or a frozenset for a set.
    TOKENS compares strings by their words and the rest exactly; FLOAT gives a tolerance
    to each number and to numbers within strings; UNORDERED is EXACT with the items of
    the outermost sequence in any order. ALLCLOSE is Python's own `==`, for which True
    is 1, and where that fails numpy's `allclose`, with its broadcasting.

    Raises:
        ProblemError: the checker takes any of several answers, and none are given.

    >>> compare_value(Checker(), [1, 2], (1, 2.0)).passed
    True
    >>> compare_value(Checker(), (1, 2), [1, 2]).passed
    False
    >>> compare_value(Checker(), 1, True).passed
    False
    >>> compare_value(Checker(strict_types=True), 1, 1.0).passed
    False
    """
    return _nearest(
        _compare_value(checker, answer, got) for answer in _answers(checker, expected)
    )


def _answers(checker: Checker, expected: Value) -> Sequence[Value]:
    """The acceptable answers: the expected one, or those that it is a sequence of."""
    assert checker.kind is not CheckerKind.PROGRAM, "it is run, not compared"
    if not checker.any_of:
        return (expected,)
    if type(expected) not in (list, tuple) or not expected:
        raise ProblemError(
            "the checker accepts any of several answers, so what is expected must be a "
            f"list of at least one, but it is {show_value(expected)}; put the answers "
            "into a list"
        )
    answers: Sequence[Value] = expected
    return answers


def _nearest(comparisons: Iterable[Comparison]) -> Comparison:
    """The first that passed, or else the one with the smallest distance."""
    nearest: Comparison | None = None
    for each in comparisons:
        if each.passed:
            return each
        if nearest is None or each.distance < nearest.distance:
            nearest = each
    assert nearest is not None
    return nearest


def _compare_text(checker: Checker, expected: str, got: str) -> Comparison:
    if expected == got:
        return RIGHT
    if checker.ignore_case:
        expected, got = expected.casefold(), got.casefold()
    match checker.kind:
        case CheckerKind.EXACT | CheckerKind.ALLCLOSE:
            passed = _lines(expected) == _lines(got)
        case CheckerKind.TOKENS:
            passed = expected.split() == got.split()
        case CheckerKind.FLOAT:
            passed = tokens_close(checker, expected.split(), got.split())
        case CheckerKind.UNORDERED:
            wanted, given = sorted(_lines(expected)), sorted(_lines(got))
            return _result(wanted == given, line_distance(wanted, given))
        case CheckerKind.PROGRAM:
            raise AssertionError
    return RIGHT if passed else _result(False, token_distance(expected, got))


def _compare_value(checker: Checker, expected: Value, got: Value) -> Comparison:
    if is_surely_equal(expected, got):
        return RIGHT
    strict = checker.strict_types
    form = Form(
        alike=not strict and is_json_like(expected),
        strict=strict,
        text=_string_rule(checker),
    )
    unordered = checker.kind is CheckerKind.UNORDERED
    if checker.kind is CheckerKind.ALLCLOSE:
        passed = equal_or_close(checker, expected, got)
    elif checker.kind is CheckerKind.FLOAT:
        passed = values_close(checker, expected, got, alike=form.alike)
    else:
        passed = _equal(expected, got, form, unordered=unordered)
    distance = 0.0 if passed else value_distance(expected, got, unordered=unordered)
    return _result(passed, distance)


def _result(passed: bool, distance: float) -> Comparison:
    if passed:
        return RIGHT
    return Comparison(passed=False, distance=min(1.0, max(FORM_DISTANCE, distance)))


def _lines(text: str) -> list[str]:
    # Only "\n" ends a line: splitlines() would also split at form feeds and U+2028.
    lines = [line.rstrip(" \t\r\f\v") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _string_rule(checker: Checker) -> Callable[[str], str] | None:
    words = checker.kind is CheckerKind.TOKENS
    if not words and not checker.ignore_case:
        return None

    def rule(text: str) -> str:
        folded = text.casefold() if checker.ignore_case else text
        return " ".join(folded.split()) if words else folded

    return rule


def _equal(expected: Value, got: Value, form: Form, *, unordered: bool) -> bool:
    try:
        if not unordered or not _same_sequence(expected, got, form):
            return canonical(expected, form) == canonical(got, form)
        wanted = sorted(canonical(item, form, depth=1) for item in expected)
        return wanted == sorted(canonical(item, form, depth=1) for item in got)
    except NotPlain:
        return False


def _same_sequence(expected: Value, got: Value, form: Form) -> bool:
    kinds = (list, tuple)
    if type(expected) not in kinds or type(got) not in kinds:
        return False
    return form.alike or type(expected) is type(got)
