"""Which inputs are valid: by what is stated of them, else by who stumbles on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assay.inputs.signature import signature_of
from assay.types import (
    Call,
    Constraint,
    Input,
    Judged,
    Measure,
    Problem,
    Status,
    Value,
)

_NO_SAY = frozenset({Status.SKIPPED, Status.SANDBOX_FAILURE})
_SIZED = (str, bytes, list, tuple, set, frozenset, dict)


def valid_mask(
    problem: Problem, inputs: Sequence[Input], judged: Sequence[Judged]
) -> tuple[bool, ...]:
    """Say of each input whether a right program need answer it.

    What the statement says of a parameter comes first: an input that breaks it is
    invalid; one of which every argument is bounded and none is out of bounds is valid.
    Of any other it is valid unless most samples in play raise on it. Running out of
    time or memory is no raising: an input may just be large.

    Source: the validators of AlphaCode's generated tests (arXiv:2203.07814), and the
    contracts of EvalPlus (arXiv:2305.01210).
    Differs: no contract is written by anybody; the candidates vote. Dropping inputs on
    which most raise was measured to help nothing in our own notes (-0.4 to 0 points).

    Args:
        problem: Its constraints count where they name a parameter, and where no given
            case breaks them: then they were misread.
        judged: Those in play vote, each with its copies; one without an observation
            of an input has no vote there.

    Returns:
        One value an input. True where nothing is known; a tie is no majority.
    """
    constraints = _believed(problem)
    names = signature_of(problem).parameters
    return tuple(
        _is_valid(given, place, names, constraints, judged)
        for place, given in enumerate(inputs)
    )


def _is_valid(
    given: Input,
    place: int,
    names: tuple[str, ...],
    constraints: Sequence[Constraint],
    judged: Sequence[Judged],
) -> bool:
    arguments = _named(given, names)
    verdicts = {
        name: [_holds(c, value) for c in constraints if _names(c) == name]
        for name, value in arguments.items()
    }
    if any(not held for each in verdicts.values() for held in each):
        return False
    all_stated = bool(verdicts) and all(verdicts.values())
    return all_stated or not _most_raise(place, judged)


def _most_raise(place: int, judged: Sequence[Judged]) -> bool:
    votes = [
        (j.copies, j.observations[place].status)
        for j in judged
        if j.in_play and place < len(j.observations)
    ]
    said = [(copies, status) for copies, status in votes if status not in _NO_SAY]
    raised = sum(copies for copies, status in said if status is Status.RUNTIME_ERROR)
    return 2 * raised > sum(copies for copies, _ in said)


def _named(given: Input, names: tuple[str, ...]) -> dict[str, Value]:
    if not isinstance(given, Call):
        return {}
    return dict(zip(names, given.args, strict=False)) | dict(given.kwargs)


def _believed(problem: Problem) -> tuple[Constraint, ...]:
    """The constraints that every given case meets."""
    names = signature_of(problem).parameters
    given = [_named(case.input, names) for case in problem.cases]
    return tuple(
        c
        for c in problem.constraints
        if all(_holds(c, row[_names(c)]) for row in given if _names(c) in row)
    )


def _names(constraint: Constraint) -> str:
    """The parameter that a constraint bounds; `words[]` bounds the members of words."""
    return constraint.variable.removesuffix("[]")


def _holds(constraint: Constraint, value: Value) -> bool:
    """Whether an argument is within bounds; True where there is nothing to bound.

    >>> _holds(Constraint(variable="a", low=1), [3, [0]])
    False
    >>> _holds(Constraint(variable="a", high=2, measure=Measure.LENGTH), "abc")
    False
    >>> _holds(Constraint(variable="a", low=1), None)
    True
    """
    if constraint.measure is Measure.VALUE:
        numbers = list(_numbers(value))
    elif constraint.variable.endswith("[]"):
        members = list(value) if isinstance(value, _SIZED) else []
        numbers = [len(m) for m in members if isinstance(m, _SIZED)]
    else:
        numbers = [len(value)] if isinstance(value, _SIZED) else []
    low, high = constraint.low, constraint.high
    return all(
        (low is None or number >= low) and (high is None or number <= high)
        for number in numbers
    )


def _numbers(value: Value) -> Iterator[int | float]:
    """Every number inside, at whatever depth."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, int | float) and not isinstance(each, bool):
            yield each
        elif isinstance(each, dict):
            stack += [part for pair in each.items() for part in pair]
        elif isinstance(each, list | tuple | set | frozenset):
            stack += each
