"""Keys of outputs that were made to break what builds them."""

from __future__ import annotations

import pytest

from assay.judging.wire import MAX_DEPTH, Opaque
from assay.selection.outputs import output_key, value_key
from assay.types import Checker, CheckerKind, IOMode, Observation, Problem, Status

PROBLEM = Problem(id="p", statement="", io_mode=IOMode.FUNCTION, entry_point="f")


def deep(kind: str) -> object:
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = {"list": [value], "tuple": (value,), "dict": {1: value}}.get(kind) or (
            frozenset([value])
        )
    return value


def at_depth(n: int, value: object) -> str:
    """Build the key as far down the stack as a long chain of callers would."""
    return at_depth(n - 1, value) if n else value_key(value, Checker())


@pytest.mark.parametrize("kind", ["list", "tuple", "dict", "set"])
def test_the_deepest_value_that_can_arrive_has_a_key(kind: str) -> None:
    assert len(at_depth(300, deep(kind))) > MAX_DEPTH


@pytest.mark.parametrize(
    "value",
    [10**5000, "\ud800", float("nan"), {float("nan"): 1}, Opaque("x\ud800"), -0.0],
    ids=["long", "surrogate", "nan", "nan key", "opaque", "minus zero"],
)
@pytest.mark.parametrize("kind", [CheckerKind.EXACT, CheckerKind.FLOAT])
def test_every_value_has_one_key(value: object, kind: CheckerKind) -> None:
    seen = Observation(status=Status.FINISHED, value=[value])
    assert output_key(seen, PROBLEM)
    assert value_key(value, Checker(kind=kind)) == value_key(value, Checker(kind=kind))


def test_sets_in_sets_have_keys_of_their_own() -> None:
    flat = frozenset([frozenset([1]), frozenset([2])])
    nested = frozenset([frozenset([1, frozenset([2])])])
    assert value_key(flat, Checker()) != value_key(nested, Checker())


def test_an_int_and_a_float_that_are_close_share_a_key() -> None:
    checker = Checker(kind=CheckerKind.FLOAT)
    assert value_key([3, 0], checker) == value_key([3.0000000001, 0.0], checker)
    assert value_key(3, checker) != value_key(4, checker)


@pytest.mark.parametrize(("value", "same"), [(5, True), (None, False)])
def test_changed_arguments_count_only_where_nothing_was_returned(
    value: object, same: bool
) -> None:
    sorted_too = Observation(status=Status.FINISHED, value=value, args_after=([1, 2],))
    left_alone = Observation(status=Status.FINISHED, value=value)
    keys = {output_key(seen, PROBLEM) for seen in (sorted_too, left_alone)}
    assert (len(keys) == 1) is same
