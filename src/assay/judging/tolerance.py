"""Numbers that are right within a tolerance, in texts and in values.

A number is right within the absolute tolerance, or within the relative one times the
*expected* number's size, as contest judges have it. So the rule is not symmetric: the
author's number says how much is allowed. It holds for ints too.

Sets have no order by which close numbers meet. Numbers in them are sorted by size,
which finds a pairing whenever there is one (intervals of this form never lie one inside
the other, up to a relative tolerance of 1). Other items are sorted by their numbers,
which may pair them wrongly where numbers nearly tie; then sets of up to `MAX_MATCHED`
items are matched in full. Sets in sets are compared exactly. Not covered: larger sets
with near ties; there a right answer may be called wrong, never a wrong one right.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assay.judging.plain import MAX_DEPTH, Form, NotPlain, canonical
from assay.types import Checker, Value

MAX_MATCHED = 64
"""Items of sets that are matched in full; each is compared with each."""

_MAX_WORK = 200_000  # comparisons of scalars for one set
_NUMBER = re.compile(  # each part can match in one way only, so this is linear
    r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]?(?:inf(?:inity)?|nan)",
    re.ASCII | re.IGNORECASE,
)
_LONGEST_NUMBER = 400  # characters; longer tokens are compared as they stand


@dataclass(frozen=True, slots=True)
class _Exact:
    """Stands for an item of a set that has a set in it: such are compared exactly."""

    text: str


def parse_number(token: str) -> float | None:
    """Read a printed number; None if it is none, so that words compare exactly.

    Digits too large for a float are none either: as `inf` they would all be equal.

    >>> parse_number("1e-3"), parse_number("1_000"), parse_number("x")
    (0.001, None, None)
    >>> parse_number("-Infinity"), parse_number("1e400")
    (-inf, None)
    """
    if len(token) > _LONGEST_NUMBER or not _NUMBER.fullmatch(token):
        return None
    number = float(token)
    is_word = token[-1] in "fFyY"
    return None if math.isinf(number) and not is_word else number


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
    """Whether two values have one shape and close numbers. `alike`: tuple is list.

    Keys of dicts are compared exactly.
    """
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
    kind, other = type(expected), type(got)
    if kind in (int, float, complex) and other in (int, float, complex):
        is_type = kind is other or not checker.strict_types
        return is_type and _numbers_close(checker, expected, got)
    if kind is _Exact:
        return other is _Exact and expected.text == got.text
    if kind is str and other is str:
        return _strings_close(checker, expected, got)
    if depth >= MAX_DEPTH:
        raise NotPlain("nested too deep")
    if not _same_shape(checker, expected, got, alike):
        form = Form(strict=checker.strict_types)
        is_scalar = kind is other and kind in (bool, bytes, type(None))
        return is_scalar and canonical(expected, form) == canonical(got, form)
    for wanted, given in _pairs(checker, expected, got, depth):  # one frame a level
        if not _close(checker, wanted, given, alike, depth + 1):
            is_set = kind in (set, frozenset)
            return is_set and _matched(checker, expected, got, alike, depth)
    return True


def _same_shape(checker: Checker, expected: Any, got: Any, alike: bool) -> bool:
    """Whether both are containers of one sort and of one length."""
    kind, other = type(expected), type(got)
    if kind in (list, tuple):
        is_kind = other is kind or (alike and other in (list, tuple))
    elif kind in (set, frozenset):
        loose = not checker.strict_types
        is_kind = other is kind or (loose and other in (set, frozenset))
    else:
        is_kind = kind is dict and other is dict
    return is_kind and len(expected) == len(got)


def _pairs(
    checker: Checker, expected: Any, got: Any, depth: int
) -> Iterator[tuple[Any, Any]]:
    """The parts that must be close; something that nothing is close to, if none fit."""
    if type(expected) in (list, tuple):
        return zip(expected, got, strict=True)
    form = Form(strict=checker.strict_types)
    if type(expected) is not dict:
        ordered = (_in_order(items, form, depth) for items in (expected, got))
        return zip(*ordered, strict=True)
    wanted, given = _by_key(expected, form, depth), _by_key(got, form, depth)
    if [key for key, _ in wanted] != [key for key, _ in given]:
        return iter([(None, False)])
    return ((a, b) for (_, a), (_, b) in zip(wanted, given, strict=True))


def _strings_close(checker: Checker, expected: str, got: str) -> bool:
    if checker.ignore_case:
        expected, got = expected.casefold(), got.casefold()
    return expected == got or tokens_close(checker, expected.split(), got.split())


def _numbers_close(checker: Checker, expected: Any, got: Any) -> bool:
    try:
        if complex in (type(expected), type(got)):
            a, b = complex(expected), complex(got)
            return close(checker, a.real, b.real) and close(checker, a.imag, b.imag)
        return close(checker, expected, got)
    except OverflowError:  # an int too long for a float is close to itself alone
        return canonical(expected) == canonical(got)


def _by_key(items: dict[Any, Any], form: Form, depth: int) -> list[tuple[str, Any]]:
    named = [(canonical(k, form, depth=depth + 1), v) for k, v in items.items()]
    return sorted(named, key=lambda pair: pair[0])


def _in_order(items: Any, form: Form, depth: int) -> list[Any]:
    """Sort a set by the numbers in its items, so that close ones meet."""
    keyed = [_keyed(item, form, depth + 1) for item in items]
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]


def _keyed(item: Any, form: Form, depth: int) -> tuple[list[tuple[int, Any]], Any]:
    """What an item is sorted by (numbers by size, the rest by text), and the item."""
    key: list[tuple[int, Any]] = []
    stack = [item]
    while stack:
        part = stack.pop()
        if type(part) in (int, float) and part == part:
            key.append((0, part))
        elif type(part) in (list, tuple):
            key.append((1, f"{type(part).__name__}{len(part):09}"))
            stack.extend(reversed(part))
        elif type(part) in (set, frozenset):
            text = canonical(item, form, depth=depth)
            return [(2, text)], _Exact(text)
        else:
            key.append((2, canonical(part, form, depth=depth)))
    return key, item


def _matched(
    checker: Checker, expected: Any, got: Any, alike: bool, depth: int
) -> bool:
    """Whether the items of two sets can be paired off; False also where too dear."""
    work = sum(map(_cost, expected))
    if len(expected) > MAX_MATCHED or work * len(expected) > _MAX_WORK:
        return False
    given = list(got)
    fits = [
        [n for n, g in enumerate(given) if _close(checker, e, g, alike, depth + 1)]
        for e in expected
    ]
    holder: dict[
        int, int
    ] = {}  # of each given item, the expected one it is paired with

    def pair(wanted: int, seen: set[int]) -> bool:
        for n in fits[wanted]:
            if n not in seen:
                seen.add(n)
                if n not in holder or pair(holder[n], seen):
                    holder[n] = wanted
                    return True
        return False

    return all(pair(wanted, set()) for wanted in range(len(fits)))


def _cost(item: Any) -> int:
    """How dear it is to compare an item, about; a set in it is too dear for any use."""
    cost, stack = 0, [item]
    while stack:
        part = stack.pop()
        if type(part) in (set, frozenset):
            return _MAX_WORK + 1
        cost += 1
        if type(part) in (list, tuple):
            stack.extend(part)
        elif type(part) in (str, bytes):
            cost += len(part) // 8
    return cost
