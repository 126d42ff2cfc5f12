"""Arguments of a call, changed together so that what ties them still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from assay.inputs.shapes import Shape, shape_of
from assay.inputs.values import mutate_value, resize
from assay.types import Call, Constraint, Measure, Value

_COUNT_NAMES = frozenset({"n", "m", "k", "N", "M", "size", "length", "len", "count"})
_MOST_RESIZED = 64  # a count argument does not blow its list up beyond this


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """What holds between two arguments in every example."""

    kind: str  # "count", "same_length", "index", "members_below"
    first: int  # the number, or the list that follows
    second: int  # the list
    offset: int = 0  # first less second; of members_below: number less largest member


@dataclass(frozen=True, slots=True, kw_only=True)
class CallShape:
    """What the example calls of one arity share."""

    shapes: tuple[Shape, ...]
    ties: tuple[Tie, ...]


def call_shape(
    examples: Sequence[Call],
    constraints: Sequence[Constraint],
    parameters: Sequence[str],
) -> CallShape:
    """Return the shapes of each argument, and the ties between them.

    Args:
        examples: Calls with equally many arguments and the same keywords.
        constraints: Those whose variable is a parameter's name bound its argument.
        parameters: Names of the positional arguments.
    """
    rows = [flat(call) for call in examples]
    names = [*parameters[: len(examples[0].args)]]
    names += [""] * (len(examples[0].args) - len(names))
    names += [name for name, _ in examples[0].kwargs]
    shapes = [
        _bounded(shape_of([row[i] for row in rows]), names[i], constraints)
        for i in range(len(names))
    ]
    return CallShape(shapes=tuple(shapes), ties=tuple(_ties(rows, names)))


def flat(call: Call) -> list[Value]:
    """Return a call's arguments, those by keyword last."""
    return [*call.args, *(value for _, value in call.kwargs)]


def form_of(call: Call) -> tuple[int, tuple[str, ...]]:
    """What calls must share to be compared: how many arguments, and which keywords."""
    return len(call.args), tuple(name for name, _ in call.kwargs)


def with_values(call: Call, values: Sequence[Value]) -> Call:
    """The call with other arguments, in the order of `flat`."""
    n_positional, names = form_of(call)
    rest = zip(names, values[n_positional:], strict=True)
    return Call(args=tuple(values[:n_positional]), kwargs=tuple(rest))


def _bounded(shape: Shape, name: str, constraints: Sequence[Constraint]) -> Shape:
    for c in constraints:
        if c.variable == name and name and c.measure is Measure.LENGTH:
            low = None if c.low is None else int(c.low)
            high = None if c.high is None else int(c.high)
            shape = replace(shape, min_length=low, max_length=high)
        elif c.variable == name and name:
            shape = _with_range(shape, c)
        elif c.variable == f"{name}[]" and shape.item is not None:
            low = None if c.low is None else int(c.low)
            high = None if c.high is None else int(c.high)
            item = replace(shape.item, min_length=low, max_length=high)
            shape = replace(shape, item=item)
    return shape


def _with_range(shape: Shape, constraint: Constraint) -> Shape:
    """Bound every number inside."""
    return replace(
        shape,
        least=constraint.low,
        most=constraint.high,
        item=None if shape.item is None else _with_range(shape.item, constraint),
        fields=tuple(_with_range(f, constraint) for f in shape.fields),
    )


def _ties(rows: list[list[Value]], names: list[str]) -> list[Tie]:
    found: list[Tie] = []
    several = len(rows) >= 2
    for i, j in ((i, j) for i in range(len(names)) for j in range(len(names))):
        pairs = [(row[i], row[j]) for row in rows]
        if i == j or not all(isinstance(b, list | tuple | str) for _, b in pairs):
            continue
        if all(type(a) is int for a, _ in pairs):
            offsets = {a - len(b) for a, b in pairs}
            if offsets == {0} and (several or names[i] in _COUNT_NAMES):
                found.append(Tie(kind="count", first=i, second=j))
            elif several and len(offsets) == 1 and offsets <= {-1, 1}:
                found.append(Tie(kind="count", first=i, second=j, offset=offsets.pop()))
            elif several and all(0 <= a <= len(b) for a, b in pairs):
                found.append(Tie(kind="index", first=i, second=j))
        elif all(isinstance(a, list | tuple | str) for a, _ in pairs):
            offsets = {len(a) - len(b) for a, b in pairs}
            long = max(len(b) for _, b in pairs) >= 2
            near = offsets == {0} or (several and offsets <= {-2, -1, 1, 2})
            if i < j and long and len(offsets) == 1 and near:
                found.append(
                    Tie(kind="same_length", first=i, second=j, offset=offsets.pop())
                )
        bounds = all(
            type(a) is int or isinstance(a, list | tuple | str) for a, _ in pairs
        )
        offset = _below(pairs) if bounds else None
        if offset is not None:
            found.append(Tie(kind="members_below", first=i, second=j, offset=offset))
    return found


def _below(pairs: list[tuple[Value, Value]]) -> int | None:
    """Return 0 or 1 where members reach the number less that, never more: nodes.

    The number may be a list's length; then only the members of rows are looked at,
    since queries and edges point into lists and plain numbers seldom do.
    """
    tops: list[int] = []
    for number, members in pairs:
        inner = _numbers(members)
        points = type(number) is int or all(isinstance(m, list) for m in members)
        if not inner or min(inner) < 0 or not points or len(members) == 0:
            return None
        tops.append(_bound(number) - max(inner))
    if not any(len(members) >= 2 for _, members in pairs):
        return None
    if min(tops) in (0, 1) and sum(top == min(tops) for top in tops) * 2 > len(tops):
        return min(tops)
    return None


def _bound(value: Value) -> int:
    """Return a number, or the length of what is none."""
    return value if type(value) is int else len(value)


def _numbers(value: Value) -> list[int]:
    if type(value) is int:
        return [value]
    if isinstance(value, list | tuple):
        return [n for member in value for n in _numbers(member)]
    return []


def mutate_call(example: Call, shape: CallShape, rng: Random) -> Call:
    """Return a call with one argument changed, sometimes two, its ties restored."""
    values = flat(example)
    if not values:
        return example
    how_many = 1 if len(values) == 1 or rng.random() < 0.7 else 2
    changed = set(rng.sample(range(len(values)), how_many))
    for index in changed:
        values[index] = mutate_value(values[index], shape.shapes[index], rng)
    restore(values, shape, changed, rng)
    return with_values(example, values)


def restore(
    values: list[Value], shape: CallShape, changed: set[int], rng: Random
) -> None:
    """Make what ties the arguments hold again, in place, after some of them changed."""
    for tie in shape.ties:
        _restore(values, tie, changed, shape.shapes, rng)


def _restore(
    values: list[Value],
    tie: Tie,
    changed: set[int],
    shapes: tuple[Shape, ...],
    rng: Random,
) -> None:
    first, second = values[tie.first], values[tie.second]
    if tie.kind == "count":
        if tie.first in changed and tie.second not in changed:
            size = min(max(int(first) - tie.offset, 0), _MOST_RESIZED)
            values[tie.second] = _resized(second, size, shapes[tie.second], rng)
        values[tie.first] = len(values[tie.second]) + tie.offset
    elif tie.kind == "same_length":
        _even_out(values, tie, changed, shapes, rng)
    elif tie.kind == "index":
        low = min((n for n in shapes[tie.first].numbers), default=0)
        values[tie.first] = min(max(int(first), int(low)), len(second))
    elif tie.kind == "members_below":
        most = max(_bound(first) - tie.offset, 0)
        values[tie.second] = _clipped(second, most, rng)


def _even_out(
    values: list[Value],
    tie: Tie,
    changed: set[int],
    shapes: tuple[Shape, ...],
    rng: Random,
) -> None:
    """Give both lists lengths that differ as they do in the examples."""
    if tie.second in changed:
        size = max(len(values[tie.second]) + tie.offset, 0)
        values[tie.first] = _resized(values[tie.first], size, shapes[tie.first], rng)
    else:
        size = max(len(values[tie.first]) - tie.offset, 0)
        values[tie.second] = _resized(values[tie.second], size, shapes[tie.second], rng)
    # distinct members may have run out: then both are as long as can be
    size = min(len(values[tie.first]) - tie.offset, len(values[tie.second]))
    values[tie.second] = values[tie.second][: max(size, 0)]
    values[tie.first] = values[tie.first][: max(size + tie.offset, 0)]


def _resized(value: Value, size: int, shape: Shape, rng: Random) -> Value:
    if isinstance(value, str):
        letters = value or shape.alphabet or "a"
        return (value + "".join(rng.choice(letters) for _ in range(size)))[:size]
    return type(value)(resize(list(value), size, shape, rng))


def _clipped(value: Value, most: int, rng: Random) -> Value:
    if type(value) is int:
        return value if value <= most else rng.randint(min(1, most), most)
    if isinstance(value, list | tuple):
        return type(value)(_clipped(member, most, rng) for member in value)
    return value
