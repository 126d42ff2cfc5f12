"""A text for standard input -> a large one with its layout, drawn anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt
from random import Random

from assay.inputs.growth import MOST_MEMBERS, Kind, numbers
from assay.inputs.layout import Element, Filled, Ref, fill, lines_of
from assay.inputs.shapes import Shape
from assay.inputs.text_shapes import TextShape, count_refs, place_of
from assay.types import Constraint

_NAMES = ("n", "m")  # what statements call the first count, and the second


def text_sizes(
    shape: TextShape, constraints: Sequence[Constraint], default: int
) -> dict[Ref, int]:
    """Return what each count of a text becomes: a stated bound, or the default.

    A bound is believed where the names of the counts are beyond doubt: one count and a
    bound of `n`, or two and bounds of `n` and `m`. The two sides of a grid share what
    one list may have.
    """
    if shape.layout is None:
        return {}
    refs = list(dict.fromkeys(count_refs(shape.layout)))
    bounds = {c.variable.lower(): c.high for c in constraints if c.high is not None}
    names = _NAMES[: len(refs)]
    is_named = len(refs) <= len(_NAMES) and all(name in bounds for name in names)
    sizes = {
        ref: min(int(bounds[_NAMES[i]]) if is_named else default, MOST_MEMBERS)
        for i, ref in enumerate(refs)
    }
    sides = [e.across for e in shape.layout.elements if e.across is not None]
    if sides:
        sizes = {ref: min(size, isqrt(MOST_MEMBERS)) for ref, size in sizes.items()}
    return sizes


def grown_text(
    text: str, shape: TextShape, sizes: Mapping[Ref, int], kind: Kind, rng: Random
) -> str | None:
    """Return a text with the counts given, one test case; None if nothing can grow."""
    if shape.layout is None or not sizes:
        return None
    cases = fill(shape.layout, lines_of(text))
    if not cases:
        return None
    old, new = cases[0], Filled()
    for index, element in enumerate(shape.layout.elements):
        if element.kind == "line":
            new.parts.append([_counted(old.parts[index][0], index, sizes)])
        else:
            new.parts.append(_part(index, element, old, new, shape, kind, rng))
    rows = [line for part in new.parts for line in part]
    if shape.layout.repeated:
        rows = [["1"], *rows]
    return "\n".join(" ".join(row) for row in rows) + "\n"


def _counted(line: list[str], index: int, sizes: Mapping[Ref, int]) -> list[str]:
    return [str(sizes.get(Ref(index, i), token)) for i, token in enumerate(line)]


def _part(
    index: int,
    element: Element,
    old: Filled,
    new: Filled,
    shape: TextShape,
    kind: Kind,
    rng: Random,
) -> list[list[str]]:
    """The lines of one counted element."""
    before = old.parts[index]
    if element.count is None:  # a line with its own count
        return before
    count = max(new.number(element.count), 0)
    column = shape.columns.get((index, -1), Shape())
    if element.kind == "word":
        return [[_word(before[0][0], column, count, rng)]]
    if element.kind == "list":
        if index in shape.permuted:
            return [[str(n) for n in rng.sample(range(1, count + 1), count)]]
        return [_tokens((index, -1), count, new, shape, kind, rng)]
    if element.kind == "own_rows":
        return [rng.choice(before) for _ in range(count)] if before else []
    if element.across is not None:
        across = max(new.number(element.across), 1)
        if element.kind == "word_rows":
            word = before[0][0] if before else "a"
            return [[_word(word, column, across, rng)] for _ in range(count)]
        return [
            _tokens((index, -1), across, new, shape, kind, rng) for _ in range(count)
        ]
    return _rows(index, element, count, new, shape, kind, rng)


def _rows(
    index: int,
    element: Element,
    count: int,
    new: Filled,
    shape: TextShape,
    kind: Kind,
    rng: Random,
) -> list[list[str]]:
    """Rows of a fixed width, column by column; trees and ordered pairs stay such."""
    columns = [
        _tokens(place_of(index, element, i), count, new, shape, kind, rng)
        for i in range(element.width)
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    if index in shape.trees:
        low = int(min(shape.columns[index, 0].numbers, default=1))
        for i, row in enumerate(rows):
            row[:2] = [str(rng.randint(low, i + low)), str(i + 1 + low)]
    elif index in shape.apart:
        for row in rows:
            if row[0] == row[1]:
                row[1] = str(int(row[1]) - 1 if int(row[1]) > 1 else int(row[1]) + 1)
    if index in shape.rising:
        for row in rows:
            row[:2] = sorted(row[:2], key=int)
    return rows


def _tokens(
    place: tuple[int, int],
    count: int,
    new: Filled,
    shape: TextShape,
    kind: Kind,
    rng: Random,
) -> list[str]:
    """So many tokens of one place: numbers below what bounds them, or words seen."""
    column = shape.columns.get(place, Shape())
    if column.kinds == {int}:
        top = shape.tops.get(place)
        bound = None if top is None else max(new.number(top), 0)
        return [str(n) for n in numbers(column, count, kind, rng, top=bound)]
    if column.kinds == {float}:
        return rng.choices([f"{n}" for n in column.numbers], k=count)
    return rng.choices(column.texts or ("a",), k=count)


def _word(word: str, shape: Shape, size: int, rng: Random) -> str:
    return "".join(rng.choices(shape.alphabet or word or "a", k=size))
