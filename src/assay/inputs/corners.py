"""One value -> the corner cases of its type, which examples seldom show.

Wrong programs that pass the examples agree with right ones on inputs like the examples;
they part where a text is empty, a number is 0 or all members are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assay.inputs.shapes import Number, Shape, is_moderate
from assay.inputs.values import fits_bounds, fits_length, in_order
from assay.types import Value

_SOME = 4  # corners of a member that its sequence is filled with
_OF_A_FIELD = 3
_FIELDS = 8  # of a record that change; what is longer is a sequence
_WHOLE = (0, 1, 2, -1, 3, 10, 100, -2)
_FLOATS = (0.0, 1.0, -1.0, 0.5, 100.0, -0.5)
_DEPTH = 3  # members of members of members have no corners: each level doubles


def corner_cases(value: Value, shape: Shape, depth: int = _DEPTH) -> list[Value]:
    """Values of the same type at its edges, the plainest first, none twice.

    What is stated of a number or a length holds; so does an order, and that members
    differ. A sign does not where zero was seen, and 0 may stand where only larger
    numbers were: examples seldom show what is at the edge, and a program that raises
    there has no vote.

    Args:
        depth: How many levels of members have corners too.
    """
    found = {repr(each): each for each in _corners(value, shape, depth)}
    found.pop(repr(value), None)
    return list(found.values())


def keeps(value: Value, shape: Shape) -> bool:
    """Whether what is stated of numbers and lengths holds, inside too.

    What an example shows is right, whatever is stated: that was misread then.
    """
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return fits_bounds(value, shape)
    if isinstance(value, str):
        return fits_length(len(value), shape)
    if isinstance(value, dict):
        key, members = shape.key or Shape(), list(value.values())
        if not all(keeps(each, key) for each in value):
            return False
    elif isinstance(value, list | tuple | set | frozenset):
        members = list(value)
    else:
        return True
    shapes = shape.fields or (shape.item or Shape(),) * len(members)
    return fits_length(len(members), shape) and all(
        keeps(each, of_one) for each, of_one in zip(members, shapes, strict=False)
    )


def _corners(value: Value, shape: Shape, depth: int) -> Iterator[Value]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from _numbers(value, shape)
    elif isinstance(value, str):
        yield from _texts(value, shape)
    elif isinstance(value, list | tuple):
        yield from (type(value)(row) for row in _rows(value, shape, depth))
    elif isinstance(value, dict):
        yield from _dicts(value, shape, depth)
    elif isinstance(value, set | frozenset):
        yield type(value)()
        yield type(value)(sorted(value, key=repr)[:1])


def _numbers(value: Number, shape: Shape) -> Iterator[Number]:
    if not is_moderate(value):
        return
    seen = shape.numbers or (value,)
    far = max(20, *(4 * abs(n) for n in seen))
    least = -far if any(n <= 0 for n in seen) else 0
    if shape.least is not None:  # not what was seen: seeds may be made up
        least = max(-far, shape.least)
    most = far if shape.most is None else min(far, shape.most)
    choices: tuple[Number, ...] = (*_FLOATS, -value, value + 0.5)
    if isinstance(value, int):
        choices = (*_WHOLE, -value, int(max(seen)) + 1)
    yield from (n or abs(n) for n in choices if least <= n <= most)


def _texts(value: str, shape: Shape) -> Iterator[str]:
    if shape.template is not None:
        return
    for text in _edges_of_text(value, shape):
        is_long = shape.fixed_length and len(text) != len(value)
        if not is_long and fits_length(len(text), shape):
            yield text


def _edges_of_text(value: str, shape: Shape) -> Iterator[str]:
    yield from ("", value[:1], value * 2, value[:1] * 3, value[::-1])
    if any(char.isalpha() for char in shape.alphabet):
        half = len(value) // 2
        yield from (value.swapcase(), value.upper(), value.title())
        yield from (f"{value[:half]} {value[half:]}", f"{value}!", f"{value}1")
        yield from (" ", "A b, a.", f" {value}")
    elif " " in shape.alphabet:
        yield " "


def _rows(value: Iterable[Value], shape: Shape, depth: int) -> Iterator[list[Value]]:
    row = list(value)
    if shape.fields or (shape.fixed_length and isinstance(value, tuple)):
        yield from _of_record(row, shape, depth)
        return
    if shape.permutation:
        yield from (row[::-1], sorted(row))
        return
    for each in _of_sequence(row, shape, depth):
        ordered = in_order(each, shape)
        if fits_length(len(ordered), shape):
            yield ordered


def _of_sequence(row: list[Value], shape: Shape, depth: int) -> Iterator[list[Value]]:
    first = row[:1]
    if not shape.fixed_length:
        yield from ([], first, first * 2, row * 2)
    if not row:
        return
    yield from (first * len(row), row[::-1], _sorted(row))
    for member in _of_member(row[0], shape.item, depth)[:_SOME]:
        if not shape.fixed_length:
            yield [member]
        yield from ([member, *row[1:]], [member] * len(row))
    if shape.rectangular and all(len(member) > 1 for member in row):
        yield [member[:-1] for member in row]
        yield [row[0][:1], *row[1:]]


def _of_record(row: list[Value], shape: Shape, depth: int) -> Iterator[list[Value]]:
    """One field changed; a tuple of equal kinds may as well be a sequence."""
    fields = shape.fields or (shape.item or Shape(),) * len(row)
    alike = len({type(each) for each in row}) == 1
    if alike and all(isinstance(each, list | tuple | str) for each in row):
        yield [each[:-1] for each in row]
        yield [each + each[:1] for each in row]
        yield [row[0][:0]] * len(row)
    if alike:
        yield from (row[:-1], [*row, row[-1]], row[::-1], row[:1] * len(row))
    for place, (each, field) in enumerate(zip(row[:_FIELDS], fields, strict=False)):
        for other in _of_member(each, field, depth)[:_OF_A_FIELD]:
            yield [*row[:place], other, *row[place + 1 :]]


def _dicts(
    value: dict[Value, Value], shape: Shape, depth: int
) -> Iterator[dict[Value, Value]]:
    items = list(value.items())
    yield from ({}, dict(items[:1]), dict(items[::-1]))
    for key, member in items[:1]:
        for other in _of_member(member, shape.item, depth)[:_SOME]:
            yield {**value, key: other}


def _of_member(value: Value, shape: Shape | None, depth: int) -> list[Value]:
    return corner_cases(value, shape or Shape(), depth - 1) if depth else []


def _sorted(row: list[Value]) -> list[Value]:
    try:
        return sorted(row)
    except TypeError:
        return row
