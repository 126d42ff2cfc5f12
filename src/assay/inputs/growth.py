"""One value -> a large one of the same shape, as far as that can be known to be valid.

What an example does not show to be free stays: records, templates, words.
"""

from __future__ import annotations

from dataclasses import replace
from math import isqrt
from random import Random
from typing import Literal

from assay.inputs.shapes import Number, Shape
from assay.inputs.values import alphabet_of, in_order, resize
from assay.types import Value

Kind = Literal["random", "equal", "sorted"]
KINDS: tuple[Kind, ...] = ("random", "equal", "sorted")
"""What slow programs stumble on: anything, many equals, what is in order."""

DEFAULT_SIZE = 2000  # members or characters, where nothing is stated
MOST_MEMBERS = 16_000  # of two characters and a separator, more would not fit
_MOST_MUTATED = 200  # members that are made of others one by one, which is slow
_MOST_VALUES = 1 << 60  # to choose distinct numbers from
_MOST_DIGITS = 4000  # Python reads no longer number


def size_of(shape: Shape, default: int) -> int:
    """Return how long a value of a shape may become: as stated, within reason."""
    return min(default if shape.max_length is None else shape.max_length, MOST_MEMBERS)


def grown(value: Value, shape: Shape, size: int, kind: Kind, rng: Random) -> Value:
    """Return a value of about `size` members or characters; numbers at their bound.

    A number grows only where a bound is stated: then it is the bound.
    """
    if type(value) is int:
        return value if shape.most is None else max(value, int(shape.most))
    if isinstance(value, str):
        return _long_text(value, shape, size, kind, rng)
    is_fixed = shape.fixed_length or shape.fields
    if is_fixed or not isinstance(value, list | set | frozenset) or not value:
        return value
    if isinstance(value, list):
        return _long_list(value, shape, size, kind, rng)
    as_list = replace(shape, distinct=True)
    members = _long_list(sorted(value, key=repr), as_list, size, kind, rng)
    return type(value)(members)


def _long_text(value: str, shape: Shape, size: int, kind: Kind, rng: Random) -> str:
    """Letters at random where a text is letters; else the text again and again."""
    if shape.fixed_length or shape.template is not None or not value:
        return value
    size = min(size, _MOST_DIGITS) if value.isdigit() else size
    if len(value) >= size:
        return value
    letters = alphabet_of(shape)
    if kind == "random" and letters.isalpha() and letters.isascii():
        return "".join(rng.choices(letters, k=size))
    if kind == "equal" and value.isalpha():
        return value[0] * size
    joint = " " if " " in value else ""
    return joint.join([value] * (size // (len(value) + len(joint)) or 1))


def _long_list(
    value: list[Value], shape: Shape, size: int, kind: Kind, rng: Random
) -> list[Value]:
    if len(value) >= size:
        return value
    item = shape.item or Shape()
    if shape.permutation:
        low = min(value)
        return rng.sample(range(low, low + size), size)
    if item.kinds == {int} or item.kinds == {float}:
        members = numbers(item, size, kind, rng, distinct=shape.distinct)
        return in_order(members, shape)
    if shape.square and not item.fixed_length:  # pairs may look like a square
        return _long_square(value, shape, isqrt(size), rng)
    members = resize(value, min(size, _MOST_MUTATED), shape, rng)
    if not shape.distinct:
        members += rng.choices(members, k=size - len(members))
    return in_order(members, shape)


def _long_square(
    value: list[Value], shape: Shape, size: int, rng: Random
) -> list[Value]:
    item = shape.item or Shape()
    rows = resize(value, size, shape, rng)
    return [
        (row * size)[:size]
        if isinstance(row, str)
        else type(row)(resize(list(row), size, item, rng))
        for row in rows
    ]


def numbers(
    shape: Shape,
    size: int,
    kind: Kind,
    rng: Random,
    *,
    distinct: bool = False,
    top: Number | None = None,
) -> list[Value]:
    """Return numbers within what is stated of them, else within what was seen.

    Distinct ones reach above what was seen, unless a bound says that they may not:
    then there are fewer.
    """
    seen = shape.numbers or (1,)
    low = int(min(seen) if shape.least is None else shape.least)
    high = int(max(seen) if shape.most is None else shape.most)
    if distinct and shape.most is None:
        high = max(high, low + 4 * size)
    if top is not None:
        low, high = min(low, int(top)), min(high, int(top)) if distinct else int(top)
    high = max(low, high)
    if distinct:
        n_values = min(high - low + 1, _MOST_VALUES)
        made = rng.sample(range(low, low + n_values), min(size, n_values))
    elif kind == "equal":
        made = [high] * size
    else:
        made = _drawn(low, high, size, rng)
    made = sorted(made) if kind == "sorted" else made
    return [float(n) for n in made] if shape.kinds == {float} else list(made)


def _drawn(low: int, high: int, size: int, rng: Random) -> list[int]:
    """Whole numbers with repeats; the short way where a float is exact enough."""
    span = high - low + 1
    if span > 1 << 50:
        return [rng.randint(low, high) for _ in range(size)]
    return [low + int(rng.random() * span) for _ in range(size)]
