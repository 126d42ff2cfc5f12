"""What all examples of one argument have in common: types, bounds, order, length."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from assay.types import Value

Number = int | float
_SEQUENCES = (list, tuple)
_MODERATE = 1e300  # beyond it whole numbers do not turn into floats, nor floats back
_ENOUGH = 3  # lists of one length that make the length a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A pattern that example values share. A mutated value keeps to it."""

    kinds: frozenset[type] = frozenset()
    numbers: tuple[Number, ...] = ()  # seen here
    texts: tuple[str, ...] = ()  # seen here
    least: Number | None = None  # stated by a constraint
    most: Number | None = None
    lengths: tuple[int, ...] = ()  # seen here
    min_length: int | None = None  # stated by a constraint
    max_length: int | None = None
    fixed_length: bool = False
    ascending: bool = False
    descending: bool = False
    distinct: bool = False
    permutation: bool = False  # of consecutive numbers
    rectangular: bool = False  # members are as long as each other
    square: bool = False
    template: str | None = None  # texts differ in their numbers alone
    item: Shape | None = None  # of every member; of a dict's values
    key: Shape | None = None  # of a dict's keys
    fields: tuple[Shape, ...] = field(default=())  # of members that differ in kind

    @property
    def alphabet(self) -> str:
        """Every character seen, in order."""
        return "".join(sorted(set("".join(self.texts))))

    @property
    def non_negative(self) -> bool:
        """No number below 0 was seen."""
        return all(n >= 0 for n in self.numbers)

    @property
    def positive(self) -> bool:
        """No number below 1 was seen."""
        return all(n >= 1 for n in self.numbers)


def is_moderate(number: Number) -> bool:
    """Whether a number can be reckoned with: not infinite, nan, or near to it."""
    return abs(number) < _MODERATE


def shape_of(values: Sequence[Value], *, nested: bool = False) -> Shape:
    """Return the shape that some values share. `nested`: they are members of others.

    Order and length are rules only where several examples show them: sorted lists of
    at least three members in two examples, one length in three inner lists.
    """
    numbers = tuple(v for v in values if type(v) in (int, float) and is_moderate(v))
    texts = tuple(v for v in values if isinstance(v, str))
    shape = Shape(
        kinds=frozenset(type(v) for v in values),
        numbers=numbers,
        texts=texts,
        template=_template(texts),
    )
    sized = [v for v in values if isinstance(v, list | tuple | set | frozenset | dict)]
    if texts and not sized:
        lengths = tuple(len(t) for t in texts)
        fixed = nested and len(lengths) >= _ENOUGH and len(set(lengths)) == 1
        return replace(shape, lengths=lengths, fixed_length=fixed)
    if not sized:
        return shape
    dicts = [v for v in sized if isinstance(v, dict)]
    members = [m for v in sized for m in (v.values() if isinstance(v, dict) else v)]
    return replace(
        _ordered(shape, [v for v in sized if isinstance(v, _SEQUENCES)]),
        lengths=tuple(len(v) for v in sized),
        item=shape_of(members, nested=True) if members else None,
        key=shape_of([k for d in dicts for k in d], nested=True) if dicts else None,
        fields=_fields(sized),
        fixed_length=_is_fixed([len(v) for v in sized], shape.kinds, nested=nested),
    )


def _is_fixed(lengths: list[int], kinds: frozenset[type], *, nested: bool) -> bool:
    if len(set(lengths)) != 1:
        return False
    enough = 1 if kinds == {tuple} else _ENOUGH if nested else _ENOUGH + 1
    if nested and lengths[0] in (2, 3):
        enough = 2  # pairs and triples
    return len(lengths) >= enough and (kinds == {tuple} or 0 < lengths[0] <= 8)


def _fields(sized: list[Value]) -> tuple[Shape, ...]:
    """Return a shape for each place, where members of one place differ from others."""
    rows = [v for v in sized if isinstance(v, _SEQUENCES)]
    if len(rows) < len(sized) or len({len(r) for r in rows}) != 1 or len(rows[0]) > 8:
        return ()
    columns = [[row[i] for row in rows] for i in range(len(rows[0]))]
    kinds = [frozenset(type(v) for v in column) for column in columns]
    if len(set(kinds)) < 2 and any(type(r) is list for r in rows):
        return ()
    if any(len(k) > 1 for k in kinds):
        return ()
    return tuple(shape_of(column, nested=True) for column in columns)


def _ordered(shape: Shape, rows: list[Value]) -> Shape:
    """Add the rules of order, of distinct members and of equal inner lengths."""
    grids = [
        [len(member) for member in row]
        for row in rows
        if row and all(isinstance(m, list | tuple | str) for m in row)
    ]
    rectangular = (
        len(grids) == len([r for r in rows if r])
        and all(len(set(lengths)) == 1 for lengths in grids)
        and any(len(lengths) >= 2 and lengths[0] >= 2 for lengths in grids)
    )
    long = [r for r in rows if len(r) >= 3]
    shape = replace(
        shape,
        rectangular=rectangular,
        square=rectangular and all(len(g) == g[0] for g in grids),
        distinct=bool(long) and all(_no_repeats(r) for r in rows),
        permutation=bool(long) and all(_is_permutation(r) for r in rows),
    )
    if len(long) < 2:
        return shape
    return replace(
        shape,
        ascending=all(_in_order(r, lambda a, b: a <= b) for r in rows),
        descending=all(_in_order(r, lambda a, b: a >= b) for r in rows),
        distinct=shape.distinct and all(_no_repeats(r) for r in rows),
    )


def _in_order(row: Sequence[Value], right: Callable[[Value, Value], bool]) -> bool:
    try:
        return all(right(a, b) for a, b in pairwise(row))
    except TypeError:
        return False


def _no_repeats(row: Sequence[Value]) -> bool:
    return len({repr(v) for v in row}) == len(row)


def _is_permutation(row: Sequence[Value]) -> bool:
    if not row or any(type(v) is not int for v in row):
        return False
    return min(row) in (0, 1) and sorted(row) == list(
        range(min(row), min(row) + len(row))
    )


def _template(texts: tuple[str, ...]) -> str | None:
    """Return the common text around numbers, as in `5 apples and 6 oranges`."""
    if len(texts) < 2:
        return None
    templates = {re.sub(r"\d+", "0", text) for text in texts}
    template = templates.pop()
    return template if not templates and re.search(r"0.*\D|\D.*0", template) else None
