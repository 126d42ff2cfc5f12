"""How far a wrong answer is from the right one, from 0 to 1, cheaply.

A candidate that gets 99 of 100 numbers right is worth repairing; one that prints
nothing is not. Parts are compared by position, numbers by their relative difference;
at most `MAX_PARTS` parts are looked at, so the cost does not grow with hostile output.

Differs from AlphaCodium's distance: no edit distance, which is quadratic.
"""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import Any

from assay.judging.plain import NotPlain, canonical
from assay.judging.tolerance import parse_number
from assay.types import Value

MAX_PARTS = 10_000
_MISSING = object()


def token_distance(expected: str, got: str) -> float:
    """Mean distance of the words of two texts, by position.

    >>> token_distance("1 2 3 4", "1 2 3 x")
    0.25
    """
    return _mean(_tokens(expected), _tokens(got))


def line_distance(expected: list[str], got: list[str]) -> float:
    """Share of the lines that one of two sorted lists has and the other has not."""
    if not expected and not got:
        return 0.0
    common = i = j = 0
    while i < len(expected) and j < len(got):
        if expected[i] == got[j]:
            common, i, j = common + 1, i + 1, j + 1
        elif expected[i] < got[j]:
            i += 1
        else:
            j += 1
    return 1 - common / max(len(expected), len(got))


def value_distance(expected: Value, got: Value, *, unordered: bool = False) -> float:
    """Mean distance of the leaves of two values, by position.

    >>> value_distance([1, 2, 3, 4], [1, 2, 3, None])
    0.25
    """
    if unordered:
        expected, got = _sorted(expected), _sorted(got)
    if not _comparable(expected, got):
        return 1.0
    return _mean(_leaves(expected), _leaves(got))


def _tokens(text: str) -> list[Any]:
    # One character more than MAX_PARTS words could need is never looked at.
    words = text[: MAX_PARTS * 40].split()[:MAX_PARTS]
    return [w if (n := parse_number(w)) is None else n for w in words]


def _comparable(expected: Value, got: Value) -> bool:
    groups: tuple[tuple[type, ...], ...] = (
        (list, tuple),
        (set, frozenset),
        (int, float, bool, complex),
    )
    kinds = {type(expected), type(got)}
    return len(kinds) == 1 or any(kinds <= set(group) for group in groups)


def _sorted(value: Value) -> Value:
    if type(value) not in (list, tuple):
        return value
    try:
        return sorted(islice(value, MAX_PARTS), key=canonical)
    except NotPlain:
        return value


def _leaves(value: Value) -> list[Any]:
    """The scalars of a value from left to right; a mark for each container's start."""
    leaves: list[Any] = []
    stack = [value]
    while stack and len(leaves) < MAX_PARTS:
        item = stack.pop()
        if type(item) in (list, tuple):
            stack.extend(reversed(item[:MAX_PARTS]))
        elif type(item) in (set, frozenset):
            leaves.extend(_leaves_of_set(item))
        elif type(item) is dict:
            stack.extend(
                part for pair in islice(item.items(), MAX_PARTS) for part in pair
            )
        else:
            leaves.append(item)
    return leaves


def _leaves_of_set(items: Any) -> list[Any]:
    """The items in an order of their own; those that are no scalars as their texts.

    Sets in sets are written once, from the outermost: each by itself would cost as
    many times their size as they are deep.
    """
    keyed: list[tuple[str, Any]] = []
    for item in islice(items, MAX_PARTS):
        try:
            text = canonical(item)
        except NotPlain:
            keyed.append(("", _MISSING))
            continue
        is_part = type(item) in (tuple, frozenset)
        keyed.append((text, text if is_part else item))
    return [leaf for _, leaf in sorted(keyed, key=lambda pair: pair[0])]


def _mean(expected: list[Any], got: list[Any]) -> float:
    n = max(len(expected), len(got))
    if n == 0:
        return 0.0
    pairs = zip_longest(expected, got, fillvalue=_MISSING)
    return sum(_leaf_distance(a, b) for a, b in pairs) / n


def _leaf_distance(expected: Any, got: Any) -> float:
    kind, other = type(expected), type(got)
    if kind in (int, float) and other in (int, float):
        return _number_distance(expected, got)
    if kind is not other:
        return 1.0
    if kind is str:
        return _string_distance(expected, got)
    try:
        return 0.0 if canonical(expected) == canonical(got) else 1.0
    except NotPlain:
        return 1.0


def _number_distance(expected: float, got: float) -> float:
    try:
        if expected == got or (expected != expected and got != got):
            return 0.0
        gap = abs(expected - got) / max(abs(expected), abs(got), 1)
    except OverflowError:
        return 1.0
    return min(1.0, max(0.01, gap)) if gap == gap else 1.0


def _string_distance(expected: str, got: str) -> float:
    if expected == got:
        return 0.0
    length = min(max(len(expected), len(got)), MAX_PARTS)
    same = sum(a == b for a, b in islice(zip(expected, got, strict=False), MAX_PARTS))
    return max(0.01, 1 - same / length)
