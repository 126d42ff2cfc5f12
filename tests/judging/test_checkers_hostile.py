"""Answers made to hurt the judge: it must stay total, fast and unfooled."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.judging.checkers import compare_text, compare_value
from assay.types import Checker, CheckerKind

KINDS = [k for k in CheckerKind if k is not CheckerKind.PROGRAM]


class AlwaysEqual:
    """The reward hack that models really learn."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        raise AssertionError("a hostile value was hashed")

    def __len__(self) -> int:
        raise AssertionError("a hostile value was asked for its length")


class EqualInt(int):
    """An int that says it equals all."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "got",
    [AlwaysEqual(), [AlwaysEqual()], EqualInt(5), {"a": AlwaysEqual()}, nested(5000)],
)
def test_values_with_an_opinion_of_their_own_never_pass(
    kind: CheckerKind, got: Any
) -> None:
    for expected in (5, [5], {"a": 5}, None, [], "x"):
        result = compare_value(Checker(kind=kind), expected, got)
        assert not result.passed
        assert 0 < result.distance <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_set_of_colliding_numbers_is_compared_at_once(kind: CheckerKind) -> None:
    step = 2**61 - 1  # all multiples have the hash 0
    got = [frozenset([step * i]) for i in range(20_000)]
    started = time.perf_counter()
    assert compare_value(Checker(kind=kind), got, list(got)).passed
    assert not compare_value(Checker(kind=kind), got, [*got[1:], 7]).passed
    assert time.perf_counter() - started < 20, "comparing took quadratic time"


@pytest.mark.parametrize("kind", KINDS)
def test_sets_in_sets_cost_no_more_the_deeper_they_are(kind: CheckerKind) -> None:
    def tower() -> frozenset[Any]:
        value: frozenset[Any] = frozenset(map(str, range(20_000)))
        for _ in range(400):
            value = frozenset([value])
        return value

    started = time.process_time()
    assert compare_value(Checker(kind=kind), tower(), tower()).passed
    assert not compare_value(Checker(kind=kind), {1}, tower()).passed
    assert time.process_time() - started < 10, "each level cost as much as all"


@pytest.mark.parametrize("kind", KINDS)
def test_digits_that_are_nearly_a_number_are_read_once(kind: CheckerKind) -> None:
    started = time.process_time()
    nearly = ("9" * 399 + "x ") * 2_500
    assert not compare_text(Checker(kind=kind), "1 " * 2_500, nearly).passed
    assert time.process_time() - started < 2, "the pattern went back over its steps"


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_number_is_never_written_in_decimal(kind: CheckerKind) -> None:
    number = 1 << 4_000_000
    assert compare_value(Checker(kind=kind), number, number).passed
    assert not compare_value(Checker(kind=kind), number, number + 1).passed
    assert not compare_value(Checker(kind=kind), 1.5, number).passed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "got",
    ["\x00", "\ud800", "9" * 500_000, "1e" + "9" * 300, "\u0661", "-", "+.e", "\x0c"],
)
def test_hostile_text_is_a_wrong_answer_and_no_crash(
    kind: CheckerKind, got: str
) -> None:
    assert not compare_text(Checker(kind=kind), "5", got).passed
    assert compare_text(Checker(kind=kind), got, got).passed
    assert not compare_value(Checker(kind=kind), "5", got).passed


def test_a_flood_of_tokens_is_compared_at_once() -> None:
    flood = "1 " * 500_000
    for kind in KINDS:
        started = time.perf_counter()
        assert not compare_text(Checker(kind=kind), "1 2", flood).passed
        assert time.perf_counter() - started < 20


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(exclude_categories=[]), max_size=8)
    | st.binary(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=4)
        | st.sets(st.integers() | st.text(max_size=3), max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(plain, plain, st.sampled_from(KINDS))
def test_comparing_is_total_and_a_value_equals_itself(
    one: Any, other: Any, kind: CheckerKind
) -> None:
    checker = Checker(kind=kind)
    assert compare_value(checker, one, one).passed
    result = compare_value(checker, one, other)
    assert 0 <= result.distance <= 1
    assert (result.distance == 0) is result.passed


@settings(max_examples=150)
@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(KINDS))
def test_comparing_texts_is_total(one: str, other: str, kind: CheckerKind) -> None:
    checker = Checker(kind=kind)
    assert compare_text(checker, one, one).passed
    result = compare_text(checker, one, other)
    assert (result.distance == 0) is result.passed
