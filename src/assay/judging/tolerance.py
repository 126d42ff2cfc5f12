"""Numbers that are right within a tolerance, in texts and in values."""

from __future__ import annotations

import math
import re
from typing import Any

from assay.judging.plain import MAX_DEPTH, NotPlain, canonical
from assay.types import Checker, Value

_NUMBER = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?(?:inf|nan)", re.ASCII | re.IGNORECASE
)
_LONGEST_NUMBER = 400  # characters; longer tokens are compared as they stand


def parse_number(token: str) -> float | None:
    """Read a printed number; None if it is none, so that words compare exactly.

    >>> parse_number("1e-3"), parse_number("1_000"), parse_number("x")
    (0.001, None, None)
    """
    if len(token) > _LONGEST_NUMBER or not _NUMBER.fullmatch(token):
        return None
    return float(token)


def close(checker: Checker, expected: float, got: float) -> bool:
    """Whether a number is within the absolute or the relative tolerance.

    >>> close(Checker(), 1e9, 1e9 + 1), close(Checker(), 0.0, 1e-5)
    (True, False)
    """
    if expected == got:
        return True
    if math.isnan(expected) or math.isinf(expected):
        return math.isnan(expected) and math.isnan(got)
    if not math.isfinite(got):
        return False
    return abs(expected - got) <= max(checker.abs_tol, checker.rel_tol * abs(expected))


def tokens_close(checker: Checker, expected: list[str], got: list[str]) -> bool:
    """Whether the words are equal, numbers among them within the tolerance."""
    if len(expected) != len(got):
        return False
    return all(_token_close(checker, e, g) for e, g in zip(expected, got, strict=True))


def values_close(checker: Checker, expected: Value, got: Value, *, alike: bool) -> bool:
    """Whether two values have one shape and close numbers. `alike`: tuple is list."""
    try:
        return _close(checker, expected, got, alike, 0)
    except NotPlain:
        return False


def _token_close(checker: Checker, expected: str, got: str) -> bool:
    if expected == got:
        return True
    wanted, given = parse_number(expected), parse_number(got)
    if wanted is None or given is None:
        return False
    return close(checker, wanted, given)


def _close(checker: Checker, expected: Any, got: Any, alike: bool, depth: int) -> bool:
    if depth >= MAX_DEPTH:
        raise NotPlain("nested too deep")
    kind, other = type(expected), type(got)
    if kind in (int, float, complex) and other in (int, float, complex):
        return _numbers_close(checker, expected, got)
    if kind is str and other is str:
        fold = checker.ignore_case
        wanted, given = (
            (expected.casefold(), got.casefold()) if fold else (expected, got)
        )
        return wanted == given or tokens_close(checker, wanted.split(), given.split())
    if kind in (list, tuple) and other in (list, tuple):
        pairs = list(zip(expected, got, strict=False))
        if len(expected) != len(got) or not (alike or kind is other):
            return False
    elif kind in (set, frozenset) and other in (set, frozenset):
        pairs = list(zip(_in_order(expected), _in_order(got), strict=False))
        if len(expected) != len(got):
            return False
    elif kind is dict and other is dict:
        wanted_items, got_items = _by_key(expected), _by_key(got)
        if [key for key, _ in wanted_items] != [key for key, _ in got_items]:
            return False
        pairs = [(a, b) for (_, a), (_, b) in zip(wanted_items, got_items, strict=True)]
    else:
        return canonical(expected) == canonical(got)
    for wanted, given in pairs:  # a loop: one frame a level
        if not _close(checker, wanted, given, alike, depth + 1):
            return False
    return True


def _numbers_close(checker: Checker, expected: Any, got: Any) -> bool:
    try:
        if complex in (type(expected), type(got)):
            a, b = complex(expected), complex(got)
            return close(checker, a.real, b.real) and close(checker, a.imag, b.imag)
        return close(checker, expected, got)
    except OverflowError:  # an int too long for a float is close to itself alone
        return canonical(expected) == canonical(got)


def _in_order(items: Any) -> list[Any]:
    """Sort a set: numbers by size, so that close ones meet, then the rest by text."""
    numbers = [v for v in items if type(v) in (int, float) and v == v]
    rest = [v for v in items if type(v) not in (int, float) or v != v]
    return sorted(numbers) + sorted(rest, key=canonical)


def _by_key(items: dict[Any, Any]) -> list[tuple[str, Any]]:
    return sorted(((canonical(k), v) for k, v in items.items()), key=lambda kv: kv[0])
