"""What the example texts for standard input share, place by place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assay.inputs.layout import (
    Element,
    Filled,
    Layout,
    Ref,
    fill,
    find_layout,
    lines_of,
)
from assay.inputs.shapes import Number, Shape, shape_of
from assay.types import Constraint, Measure

_INTEGER = re.compile(r"-?\d{1,18}")
_DECIMAL = re.compile(r"-?\d+\.\d+")
Place = tuple[int, int]
"""An element, and a column: -1 where all tokens of a line are of one kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextShape:
    """What the example texts share: their layout, and what stands in each place."""

    layout: Layout | None
    columns: dict[Place, Shape]
    tops: dict[Place, Ref]  # a place's numbers never exceed the number there
    rising: dict[int, tuple[int, int]]  # rows whose one column is at most the other
    apart: dict[int, tuple[int, int]]  # rows whose two columns always differ
    permuted: frozenset[int]  # lists that hold 1 to n, each once
    trees: frozenset[int]  # n - 1 rows of two nodes


def text_shape(
    texts: Sequence[str],
    constraints: Sequence[Constraint],
    parameters: Sequence[str],
) -> TextShape:
    """Return what some texts share.

    Args:
        texts: The examples.
        constraints: Bound the tokens of the first line that `parameters` names; the
            lowest bound of all of them holds for every number.
        parameters: Names of the first line's tokens, in their order.
    """
    layout = find_layout(texts)
    least = _least(constraints)
    if layout is None:
        return _without_layout(texts, least)
    cases = [one for text in texts for one in fill(layout, lines_of(text)) or []]
    columns: dict[Place, Shape] = {}
    for index, element in enumerate(layout.elements):
        for column in range(_width(element)):
            tokens = _tokens(cases, index, element, column)
            columns[place_of(index, element, column)] = _column(tokens, least)
    for column, name in enumerate(parameters):
        for c in constraints:
            if c.variable == name and (0, column) in columns:
                bounded = replace(columns[0, column], least=c.low, most=c.high)
                columns[0, column] = bounded
    pairs = {
        i: [[row[:2] for row in one.parts[i]] for one in cases]
        for i, e in enumerate(layout.elements)
        if e.kind == "rows" and e.across is None and e.width >= 2
    }
    return TextShape(
        layout=layout,
        columns=columns,
        tops=_tops(layout, cases, columns),
        rising={i: (0, 1) for i, p in pairs.items() if _rows_rise(p)},
        apart={i: (0, 1) for i, p in pairs.items() if _rows_differ(p)},
        permuted=frozenset(
            i
            for i, e in enumerate(layout.elements)
            if e.kind == "list" and _all_permuted([one.parts[i][0] for one in cases])
        ),
        trees=frozenset(
            i
            for i in pairs
            if (count := layout.elements[i].count) is not None and count.offset == -1
        ),
    )


def _without_layout(texts: Sequence[str], least: Number | None) -> TextShape:
    tokens = [t for text in texts for t in text.split()]
    columns = {
        (-1, kind): _column([t for t in tokens if kind_of(t) == kind], least)
        for kind in {kind_of(t) for t in tokens}
    }
    return TextShape(
        layout=None,
        columns=columns,
        tops={},
        rising={},
        apart={},
        permuted=frozenset(),
        trees=frozenset(),
    )


def _least(constraints: Sequence[Constraint]) -> Number | None:
    lows = [c.low for c in constraints if c.measure is Measure.VALUE]
    stated = [low for low in lows if low is not None]
    return min(stated, default=None)


def _width(element: Element) -> int:
    if element.kind == "line" or (element.kind == "rows" and element.across is None):
        return element.width
    return 1


def place_of(index: int, element: Element, column: int) -> Place:
    """Return where a token stands, as the columns of a shape are named."""
    return (index, column if _width(element) > 1 or element.kind == "line" else -1)


def _tokens(
    cases: list[Filled], index: int, element: Element, column: int
) -> list[str]:
    lines = [line for one in cases for line in one.parts[index]]
    if element.kind == "line" or (element.kind == "rows" and element.across is None):
        return [line[column] for line in lines]
    skip = 1 if element.kind in ("own", "own_rows") else 0
    return [token for line in lines for token in line[skip:]]


def kind_of(token: str) -> int:
    """Return 0 for an integer, 1 for a decimal number, 2 for a word."""
    if _INTEGER.fullmatch(token):
        return 0
    return 1 if _DECIMAL.fullmatch(token) else 2


def _column(tokens: list[str], least: Number | None) -> Shape:
    """Return the shape of what stands in one place: integers, decimals or words."""
    kinds = {kind_of(t) for t in tokens}
    if tokens and kinds == {0} and not _is_code(tokens):
        return replace(shape_of([int(t) for t in tokens]), least=least)
    if tokens and kinds <= {0, 1} and not _is_code(tokens):
        return replace(shape_of([float(t) for t in tokens]), least=least)
    words = shape_of(tokens, nested=True)
    return replace(words, fixed_length=words.fixed_length, template=None)


def _is_code(tokens: list[str]) -> bool:
    """Whether tokens are texts of digits, such as 0110: a number has no leading 0."""
    return any(re.fullmatch(r"-?0\d+", t) for t in tokens)


def _rows_rise(groups: list[list[list[str]]]) -> bool:
    rows = [row for group in groups for row in group]
    return len(rows) >= 3 and all(
        kind_of(a) == 0 and kind_of(b) == 0 and int(a) <= int(b) for a, b in rows
    )


def _rows_differ(groups: list[list[list[str]]]) -> bool:
    rows = [row for group in groups for row in group]
    return len(rows) >= 3 and all(a != b for a, b in rows)


def _all_permuted(rows: list[list[str]]) -> bool:
    if not any(len(row) >= 3 for row in rows):
        return False
    return all(
        all(kind_of(t) == 0 for t in row)
        and sorted(map(int, row)) == list(range(1, len(row) + 1))
        for row in rows
    )


def _tops(
    layout: Layout, cases: list[Filled], columns: dict[Place, Shape]
) -> dict[Place, Ref]:
    """Return for each place the number above it that its own numbers stay within.

    A count, or a number that is reached in half of the cases: nodes of a graph, say.
    """
    tops: dict[Place, Ref] = {}
    for (index, column), shape in columns.items():
        if not shape.numbers or shape.kinds != {int} or not shape.non_negative:
            continue
        both = columns.get((index, 1 - column)) if column in (0, 1) else None
        pair = (0, 1) if both is not None and both.kinds == {int} else (column,)
        refs = _possible_tops(layout, columns, index)
        found = _top(layout, cases, index, pair, refs)
        if found is None and len(pair) == 2:
            found = _top(layout, cases, index, (column,), refs)
        if found is not None:
            tops[index, column] = found
    return tops


def _top(
    layout: Layout,
    cases: list[Filled],
    index: int,
    together: tuple[int, ...],
    refs: list[Ref],
) -> Ref | None:
    element = layout.elements[index]
    largest = [
        max(
            (
                int(token)
                for column in together
                for token in _tokens([one], index, element, max(column, 0))
            ),
            default=0,
        )
        for one in cases
    ]
    for ref in refs:
        gaps = [one.number(ref) - top for one, top in zip(cases, largest, strict=True)]
        reached = ref in count_refs(layout) or gaps.count(0) * 2 >= len(gaps)
        if min(gaps, default=-1) >= 0 and reached:
            return ref
    return None


def _possible_tops(
    layout: Layout, columns: dict[Place, Shape], index: int
) -> list[Ref]:
    single = [
        Ref(element, column)
        for (element, column), shape in columns.items()
        if layout.elements[element].kind == "line" and shape.kinds == {int}
    ]
    refs = dict.fromkeys(count_refs(layout) + single)
    return [
        ref
        for ref in refs
        if ref.element < index
        and (ref.element, ref.token) in columns
        and columns[ref.element, ref.token].kinds == {int}
    ]


def count_refs(layout: Layout) -> list[Ref]:
    """Return the tokens that count something, without what is added to them."""
    refs = [r for e in layout.elements for r in (e.count, e.across) if r is not None]
    return [Ref(ref.element, ref.token) for ref in refs]
