"""Inputs at the edges of each argument's type, for no tokens at all."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from random import Random

from assay.inputs.calls import call_shape, flat, form_of, restore, with_values
from assay.inputs.corners import corner_cases, keeps
from assay.inputs.plain import MAX_BYTES, SHRINKS_BY, key, n_bytes
from assay.types import Call, Constraint, Input, Value

_SHORT = 512  # bytes of an example that is long enough to have members, and no longer

Change = tuple[tuple[int, Value], ...]  # the arguments that differ, by their place


def corner_inputs(
    examples: Sequence[Input],
    *,
    constraints: tuple[Constraint, ...] = (),
    n: int = 20,
    parameters: tuple[str, ...] = (),
) -> tuple[Input, ...]:
    """Make calls like an example with one argument at an edge of its type, then all.

    Empty and single, all equal, doubled, reversed, in order; 0 and its neighbours;
    another case, a blank, a full stop in a text of letters. What ties two arguments
    holds again, and what is stated of one is kept. As with `mutate`, a call may be
    invalid all the same: who raises on it has no vote there.

    Source: boundary-value analysis (Myers, The Art of Software Testing, 1979), which
    is what the tests that people write for such problems look like.
    Differs: the edges are those of what the examples have in common, not of a
    specification. Texts for standard input are not made: their layout seldom tells what
    may be empty.

    Args:
        examples: Inputs that are known to be valid.
        constraints: Ranges, honoured for the variables that `parameters` names.
        n: How many to make.
        parameters: Names of the positional arguments.

    Returns:
        At most `n` calls without repeats, none equal to an example; the arguments take
        turns. None without calls among the examples.
    """
    forms: dict[tuple[int, tuple[str, ...]], list[Call]] = {}
    for each in examples:
        if isinstance(each, Call):
            forms.setdefault(form_of(each), []).append(each)
    known, made = {key(each) for each in examples}, list[Input]()
    for calls in forms.values():
        for call in _at_edges(calls, constraints, parameters):
            if len(made) >= n:
                return tuple(made)
            if key(call) not in known and n_bytes(call) <= MAX_BYTES:
                known.add(key(call))
                made.append(call)
    return tuple(made)


def _at_edges(
    calls: Sequence[Call],
    constraints: tuple[Constraint, ...],
    parameters: tuple[str, ...],
) -> Iterator[Call]:
    """Calls of one form, from the longest of them that is short."""
    shape = call_shape(calls, constraints, parameters)
    short = [call for call in calls if n_bytes(call) <= _SHORT]
    base = max(short, key=n_bytes) if short else min(calls, key=n_bytes)
    if n_bytes(base) > SHRINKS_BY * MAX_BYTES:
        return
    values = flat(base)
    columns = [
        [((place, edge),) for edge in corner_cases(value, of_one)]
        for place, (value, of_one) in enumerate(zip(values, shape.shapes, strict=True))
    ]
    for change in _in_turn(columns):
        new = flat(copy.deepcopy(base))
        for place, edge in change:
            new[place] = copy.deepcopy(edge)
        restore(new, shape, {place for place, _ in change}, Random(0))
        if all(map(keeps, new, shape.shapes)):  # a tie may have moved the others
            yield with_values(base, new)


def _in_turn(columns: Sequence[Sequence[Change]]) -> Iterator[Change]:
    """The first edge of each argument, those all at once, then the second of each."""
    for turn, changes in enumerate(zip_longest(*columns)):
        yield from (change for change in changes if change is not None)
        if turn == 0 and len(columns) > 1 and None not in changes:
            yield tuple(pair for change in changes for pair in change)
