"""Large inputs, grown from the examples: they show which programs are too slow."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from random import Random

from assay.inputs.calls import (
    CallShape,
    Tie,
    call_shape,
    flat,
    form_of,
    with_values,
)
from assay.inputs.growth import DEFAULT_SIZE, KINDS, Kind, grown, size_of
from assay.inputs.plain import fits, key, n_bytes
from assay.inputs.seeds import parameters, seeds
from assay.inputs.text_growth import grown_text, text_sizes
from assay.inputs.text_shapes import text_shape
from assay.types import Call, Input, IOMode, Measure, Problem, Stdin, Value

MOST_BYTES = 65_536
_COUNTS = frozenset({"n", "m", "k", "t", "q", "len", "length", "size", "count"})
_SHRINKS = (1, 2, 4, 8, 16, 32, 64)


def stress_inputs(problem: Problem, *, n: int = 3, seed: int = 0) -> tuple[Input, ...]:
    """Make large inputs: at random, of equal members, and in order, in turn.

    Lists and texts grow up to the length that the statement allows, numbers up to the
    bound that it gives; where it says nothing, lists and texts have 2,000 members and
    numbers stay. A list's count, lists of equal length, indices and the counts in a
    text follow.

    Source: EvalPlus's and CodeContests' large tests (arXiv:2305.01210, 2203.07814).
    Differs: made by rules from the examples, so no tokens and no program of a model.

    Args:
        n: How many to make.
        seed: Equal seeds make equal inputs.

    Returns:
        At most `n` inputs of at most 64 KB, without repeats, each larger than its
        example. None where there are no examples, nothing can grow, or the layout of a
        text is not known. They may be invalid: a program that raises has no vote.
    """
    given, found = seeds(problem)
    examples = [each for each in (*given, *found) if fits(each, most=MOST_BYTES)]
    is_text = problem.io_mode is IOMode.STDIN
    grow = _text_grower(problem, examples) if is_text else _grower(problem, examples)
    rng = Random(seed)
    made: dict[str, Input] = {}
    for i in range(n):
        large = grow(KINDS[i % len(KINDS)], rng) if grow else None
        if large is not None:
            made.setdefault(key(large), large)
    return tuple(made.values())


def default_size(problem: Problem) -> int:
    """How long a list is that nothing is stated of: no longer than any count may be.

    >>> from assay.types import Constraint
    >>> default_size(Problem(id="", statement="", io_mode=IOMode.STDIN,
    ...     constraints=(Constraint(variable="n", low=1, high=100),)))
    100
    """
    highs = [
        int(c.high)
        for c in problem.constraints
        if c.high is not None
        and (c.measure is Measure.LENGTH or c.variable.lower() in _COUNTS)
    ]
    return max(1, min([DEFAULT_SIZE, *highs]))


Grow = Callable[[Kind, Random], Input | None]


def _grower(problem: Problem, examples: Sequence[Input]) -> Grow | None:
    """What grows the longest call, by what it shares with those of its form."""
    calls = [each for each in examples if isinstance(each, Call)]
    if not calls:
        return None
    example = max(calls, key=n_bytes)
    alike = [c for c in calls if form_of(c) == form_of(example)]
    names = tuple(arg.arg for arg in parameters(problem))
    shape = call_shape(alike, problem.constraints, names)
    default = default_size(problem)

    def grow(kind: Kind, rng: Random) -> Call | None:
        for shrink in _SHRINKS:
            large = _grown_call(example, shape, default, shrink, kind, rng)
            if fits(large, most=MOST_BYTES):
                return large if n_bytes(large) > n_bytes(example) else None
        return None

    return grow


def _grown_call(
    example: Call,
    shape: CallShape,
    default: int,
    shrink: int,
    kind: Kind,
    rng: Random,
) -> Call:
    values = flat(copy.deepcopy(example))
    for i, each in enumerate(shape.shapes):
        size = max(size_of(each, default) // shrink, 1)
        values[i] = grown(values[i], each, size, kind, rng)
    for tie in shape.ties:
        _restore(values, tie)
    return with_values(example, values)


def _restore(values: list[Value], tie: Tie) -> None:
    """Make what ties two arguments hold again. Here a list is right, not its count."""
    first, second = values[tie.first], values[tie.second]
    if tie.kind == "count":
        values[tie.first] = len(second) + tie.offset
    elif tie.kind == "same_length":
        size = min(len(first) - tie.offset, len(second))
        values[tie.first] = first[: max(size + tie.offset, 0)]
        values[tie.second] = second[: max(size, 0)]
    elif tie.kind == "index":
        values[tie.first] = min(first, len(second))
    elif tie.kind == "members_below":
        bound = first if type(first) is int else len(first)
        values[tie.second] = _clipped(second, max(bound - tie.offset, 0))


def _clipped(value: Value, most: int) -> Value:
    if type(value) is int:
        return min(value, most)
    if isinstance(value, list | tuple):
        return type(value)(_clipped(member, most) for member in value)
    return value


def _text_grower(problem: Problem, examples: Sequence[Input]) -> Grow | None:
    """What grows the longest text, by the layout that all share."""
    texts = [e.text for e in examples if isinstance(e, Stdin) and e.text.strip()]
    if not texts:
        return None
    shape = text_shape(texts, problem.constraints, ())
    example = max(texts, key=len)
    sizes = text_sizes(shape, problem.constraints, default_size(problem))

    def grow(kind: Kind, rng: Random) -> Stdin | None:
        for shrink in _SHRINKS:
            smaller = {ref: max(size // shrink, 1) for ref, size in sizes.items()}
            text = grown_text(example, shape, smaller, kind, rng)
            if text is None or len(text) <= len(example):
                return None
            if fits(Stdin(text=text), most=MOST_BYTES):
                return Stdin(text=text)
        return None

    return grow
