"""Formatting twins: answers that differ in form only, and what a checker makes of them.

A harmless twin (blanks at a line's end, a line feed more or less) must be accepted by
any checker. Other twins (`1.0` and `1`, `True` and `true`, another order) are the
checker's to decide: they are named where a reference fails by nothing else, and where
the statement allows any order and the checker does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from assay.errors import ProblemError
from assay.judging.checkers import compare_text
from assay.problems.checkers import found_checker, warning_of
from assay.types import Case, Checker, CheckerKind, IOMode, Problem, Stdin, Value

_ORDERED = (CheckerKind.EXACT, CheckerKind.TOKENS, CheckerKind.FLOAT)


def harmless_twin(text: str) -> str:
    r"""The text with blanks at its lines' ends, and line feeds at its end.

    >>> harmless_twin("1\n2")
    '1 \n2 \n\n'
    """
    lines = text.rstrip("\n").split("\n")
    return "".join(f"{line} \n" for line in lines) + "\n"


def refused_twin(problem: Problem) -> str | None:
    """The name of the first text case whose checker refuses a harmless twin.

    A checker that is a program is not asked here: it has to run.
    """
    if problem.checker.kind is CheckerKind.PROGRAM:
        return None
    for number, case in enumerate(problem.cases, 1):
        if not isinstance(case.input, Stdin):
            continue
        for answer in answers_of(problem.checker, case):
            twin = harmless_twin(str(answer))
            if not compare_text(problem.checker, case.expected, twin).passed:
                return case.name or f"case {number}"
    return None


def answers_of(checker: Checker, case: Case) -> tuple[Value, ...]:
    """The right answers of a case."""
    return tuple(case.expected) if checker.any_of else (case.expected,)


def doubts(problem: Problem) -> Iterator[str]:
    """What the statement allows and the checker of the hidden cases does not."""
    if not problem.cases:
        return
    checker = problem.checker
    try:
        wanted, _ = found_checker(problem.statement, problem.io_mode, problem.cases)
    except ProblemError:
        return
    if wanted.kind is CheckerKind.UNORDERED and checker.kind in _ORDERED:
        yield (
            "the statement allows any order, but the checker "
            f"{checker.kind.value!r} takes one only"
        )
    if warning_of(problem.statement, checker) is not None:
        yield "the statement accepts several answers, but one only is known"


def differs_by(expected: Value, got: Value, io_mode: IOMode) -> str | None:
    r"""What two unequal answers differ by, if by form only; None if by more.

    >>> differs_by("1\nTrue", "1.0\ntrue", IOMode.STDIN)
    'how numbers and truth values are written'
    >>> differs_by([2, 1], [1, 2], IOMode.FUNCTION)
    'the order of items'
    """
    if io_mode is IOMode.STDIN:
        wanted, found = str(expected), str(got)
        if wanted.split() == found.split():
            return "white space"
        if _words(wanted) == _words(found):
            return "how numbers and truth values are written"
        if _sorted_lines(wanted) == _sorted_lines(found):
            return "the order of lines"
        return None
    if _plain(expected) == _plain(got):
        return "the types of values (1 and 1.0, True and 1, list and tuple)"
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        same = sorted(map(repr, map(_plain, expected))) == sorted(
            map(repr, map(_plain, got))
        )
        return "the order of items" if same else None
    return None


def _words(text: str) -> list[object]:
    return [_word(word) for word in text.split()]


def _word(word: str) -> object:
    try:
        return float(word)
    except ValueError:
        return word.lower()


def _sorted_lines(text: str) -> list[str]:
    return sorted(repr(_words(line)) for line in text.split("\n") if line.strip())


def _plain(value: Value) -> Value:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | int | float):
        return float(value) if abs(value) < 2**53 else value
    return value
