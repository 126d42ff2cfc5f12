"""Type-aware mutation of the example inputs: new inputs for no tokens at all."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from random import Random

from assay.inputs.calls import call_shape, form_of, mutate_call
from assay.inputs.plain import SHRINKS_BY, key, n_bytes
from assay.inputs.text_shapes import text_shape
from assay.inputs.texts import mutate_text_input
from assay.types import Call, Constraint, Input, Stdin

_TRIES_EACH = 12
_STACKED = 3  # an input may be a mutation of a mutation, this often at most


def mutate(
    examples: tuple[Input, ...],
    *,
    constraints: tuple[Constraint, ...] = (),
    n: int = 40,
    seed: int = 0,
    max_bytes: int = 2048,
    parameters: tuple[str, ...] = (),
) -> tuple[Input, ...]:
    """Make inputs that are near the examples and keep what these have in common.

    Types stay. So do, where all examples show them: equal lengths of two arguments, a
    number that is a list's length, sorted and distinct members, rectangles, signs, the
    counts in a text and what they count. A mutated input may still be invalid: a
    program that raises on it casts no vote there.

    Source: EvalPlus's type-aware mutation, arXiv:2305.01210.
    Differs: the examples alone seed it, no reference filters it by a contract; instead
    it infers what must hold from the examples and from the stated constraints; texts
    for standard input are mutated by their layout.

    Args:
        examples: Inputs that are known to be valid.
        constraints: Ranges, honoured for the variables that `parameters` names.
        n: How many to make.
        seed: Equal seeds make equal inputs.
        max_bytes: The longest input, as text or as Python writes its arguments.
            Examples of more than four times that are not mutated: what came of
            them would be too long, and a long one takes most of a second each time.
        parameters: Names of the arguments; of a text, of its first line's tokens.

    Returns:
        At most `n` inputs without repeats, none equal to an example, the simplest
        change first. Fewer where so many cannot be made; none without examples.
    """
    rng = Random(seed)
    short = [e for e in examples if n_bytes(e) <= SHRINKS_BY * max_bytes]
    makers = _makers(short, constraints, parameters)
    if not makers or n <= 0:
        return ()
    seen = {key(example) for example in examples}
    made: list[Input] = []
    for attempt in range(n * _TRIES_EACH):
        if len(made) >= n:
            break
        example, change = makers[attempt % len(makers)]
        new = change(copy.deepcopy(example), rng)
        for _ in range(rng.randrange(_STACKED) if attempt >= n else 0):
            new = change(new, rng)
        if key(new) not in seen and n_bytes(new) <= max_bytes:
            seen.add(key(new))
            made.append(new)
    return tuple(made)


Change = Callable[[Input, Random], Input]


def _makers(
    examples: Sequence[Input],
    constraints: tuple[Constraint, ...],
    parameters: tuple[str, ...],
) -> list[tuple[Input, Change]]:
    """Return each example with the function that changes its like."""
    makers: list[tuple[Input, Change]] = []
    texts = [e for e in examples if isinstance(e, Stdin)]
    if texts:
        change = _text_changer(texts, constraints, parameters)
        makers += [(e, change) for e in texts if e.text.strip()]
    groups: dict[tuple[int, tuple[str, ...]], list[Call]] = {}
    for example in examples:
        if isinstance(example, Call):
            groups.setdefault(form_of(example), []).append(example)
    for calls in groups.values():
        change = _call_changer(calls, constraints, parameters)
        makers += [(e, change) for e in calls if e.args or e.kwargs]
    return makers


def _text_changer(
    examples: list[Stdin],
    constraints: tuple[Constraint, ...],
    parameters: tuple[str, ...],
) -> Change:
    shape = text_shape([e.text for e in examples], constraints, parameters)

    def change(given: Input, rng: Random) -> Input:
        assert isinstance(given, Stdin)
        return Stdin(text=mutate_text_input(given.text, shape, rng))

    return change


def _call_changer(
    examples: list[Call],
    constraints: tuple[Constraint, ...],
    parameters: tuple[str, ...],
) -> Change:
    shape = call_shape(examples, constraints, parameters)

    def change(given: Input, rng: Random) -> Input:
        assert isinstance(given, Call)
        return mutate_call(given, shape, rng)

    return change
