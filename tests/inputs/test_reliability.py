"""What predictions turn out to be worth, and when they hold."""

from __future__ import annotations

import pytest

from assay.inputs import Reliability, agrees, learn
from assay.types import (
    Call,
    Checker,
    CheckerKind,
    IOMode,
    Observation,
    Prediction,
    Problem,
    Status,
    Stdin,
    Value,
)

PROBLEM = Problem(id="p", statement="s", io_mode=IOMode.FUNCTION, entry_point="f")
TEXT = Problem(id="p", statement="s", io_mode=IOMode.STDIN)


def prediction(expected: Value, index: int = 0, made_by: str = "a") -> Prediction:
    given = Call(args=(index,))
    return Prediction(input=given, expected=expected, made_by=made_by, index=index)


def finished(value: Value) -> Observation:
    return Observation(status=Status.FINISHED, value=value)


def test_a_reliability_is_a_beta_distribution() -> None:
    prior = Reliability(alpha=2, beta=1)
    assert prior.updated(2, 1) == Reliability(alpha=4, beta=2)
    assert prior.updated(2, 1).mean == pytest.approx(2 / 3)
    assert prior.mean == pytest.approx(2 / 3)


def test_each_technique_learns_from_a_confident_task() -> None:
    leader = [finished(1), finished(2), Observation(status=Status.RUNTIME_ERROR)]
    told = [
        prediction(1, 0),
        prediction(9, 1),
        prediction(2, 1, "b"),
        prediction(5, 2),
        prediction(5, 3),
        prediction(5, -1),
    ]
    known = {"b": Reliability(alpha=3, beta=1)}
    learnt = learn(told, PROBLEM, leader, confidence=0.9, known=known)
    assert learnt == {"a": Reliability(alpha=2, beta=2), "b": Reliability(alpha=4)}
    assert known == {"b": Reliability(alpha=3, beta=1)}


def test_nothing_is_learnt_from_a_task_that_is_not_settled() -> None:
    told = [prediction(1)]
    assert learn(told, PROBLEM, [finished(1)], confidence=0.5) == {}


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ([1, 2], (1, 2), True),
        ([1, 2], [2, 1], False),
        ({1, 2}, {2, 1}, True),
        ({1: [2]}, {1: (2,)}, True),
        ({1: 2}, {1: 3}, False),
        (True, 1, False),
        (1, 1.0, True),
        (float("nan"), float("nan"), True),
        ("a", b"a", False),
        (None, None, True),
        (10**400, 1.5, False),
        (1, object(), False),
        ([1], object(), False),
    ],
)
def test_alike_is_what_a_reader_would_call_equal(
    expected: Value, got: Value, same: bool
) -> None:
    assert agrees(PROBLEM, prediction(expected), finished(got)) is same


def test_the_checker_says_how_close_and_in_which_order() -> None:
    close = Problem(
        id="p",
        statement="",
        io_mode=IOMode.FUNCTION,
        checker=Checker(kind=CheckerKind.FLOAT),
    )
    assert agrees(close, prediction([0.3]), finished([0.1 + 0.2])) is True
    assert agrees(PROBLEM, prediction([0.3]), finished([0.1 + 0.2])) is False
    assert agrees(close, prediction(10**400), finished(1e200)) is False
    loose = Problem(
        id="p",
        statement="",
        io_mode=IOMode.FUNCTION,
        checker=Checker(kind=CheckerKind.UNORDERED),
    )
    assert agrees(loose, prediction([1, [2, 3]]), finished(([2, 3], 1))) is True


def test_where_several_answers_are_right_nothing_can_be_told() -> None:
    for checker in (Checker(any_of=True), Checker(kind=CheckerKind.PROGRAM)):
        problem = Problem(
            id="p", statement="", io_mode=IOMode.FUNCTION, checker=checker
        )
        assert agrees(problem, prediction(1), finished(1)) is None


@pytest.mark.parametrize(
    ("kind", "got", "same"),
    [
        (CheckerKind.EXACT, "1  2.0\n\n", True),
        (CheckerKind.EXACT, "1 2.0000001", False),
        (CheckerKind.FLOAT, "1 2.0000001", True),
        (CheckerKind.FLOAT, "1 two", False),
        (CheckerKind.EXACT, "1", False),
        (CheckerKind.UNORDERED, "1 2.0\n", True),
    ],
)
def test_printed_texts_are_compared_by_their_tokens(
    kind: CheckerKind, got: str, same: bool
) -> None:
    problem = Problem(
        id="p", statement="", io_mode=IOMode.STDIN, checker=Checker(kind=kind)
    )
    told = Prediction(input=Stdin(text="x"), expected="1 2.0\n", made_by="a", index=0)
    seen = Observation(status=Status.FINISHED, stdout=got)
    assert agrees(problem, told, seen) is same
    assert agrees(problem, told, Observation(status=Status.TIME_LIMIT)) is None
