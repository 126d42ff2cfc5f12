"""Techniques that go by what somebody expects of the inputs."""

from __future__ import annotations

from fractions import Fraction
from math import factorial, isclose, log, sqrt

import pytest
from hypothesis import given

from assay.selection import b4, codet, most_passed, soft_vote
from assay.selection.b4 import log_beta
from assay.selection.classes import COPIES_CAP
from assay.selection.outputs import expected_key, output_key
from assay.types import (
    Call,
    Checker,
    CheckerKind,
    Choice,
    IOMode,
    Judged,
    Observation,
    Prediction,
    Problem,
    Status,
    Stdin,
    Value,
)
from selection.printed import (
    N_INPUTS,
    PROBLEM,
    judged,
    pools,
    predicted,
    predictions,
)

Row = tuple[bool, ...]  # (n_predictions,): which are passed
ALPHA, BETA = 7, 11  # small and whole, so that a beta function is a fraction


def outputs_of(each: Judged) -> list[str]:
    """What it printed, a blank where it crashed or two runs differ."""
    first = [o.stdout for o in each.observations]
    second = [o.stdout for o in each.again or each.observations]
    return [a if a == b else "" for a, b in zip(first, second, strict=True)]


def row_of(each: Judged, said: list[Prediction]) -> Row:
    printed = outputs_of(each)
    return tuple(
        printed[p.index] == p.expected for p in said if 0 <= p.index < N_INPUTS
    )


def matrix(pool: list[Judged], said: list[Prediction]) -> list[Row]:
    """A row a vote, as the papers have it: copies are rows of their own."""
    return [
        row_of(j, said)
        for j in pool
        if j.in_play
        for _ in range(min(j.copies, COPIES_CAP))
    ]


def ranks(choice: Choice, said: list[Prediction]) -> list[Row]:
    return [row_of(c.best, said) for c in choice.classes]


def codet_score(row: Row, rows: list[Row]) -> float:
    return sqrt(rows.count(row)) * sum(row)


def beta(a: int, b: int) -> Fraction:
    return Fraction(factorial(a - 1) * factorial(b - 1), factorial(a + b - 1))


def b4_score(row: Row, rows: list[Row]) -> Fraction:
    """The published formula, cell by cell, as a product and not as logarithms."""
    x = [each == row for each in rows]
    others = [each for each in rows if each != row]
    e1 = [cell for each in others for cell, y in zip(each, row, strict=True) if y]
    e0 = [cell for each in others for cell, y in zip(each, row, strict=True) if not y]
    return (
        beta(sum(x) + ALPHA, len(x) - sum(x) + 1)
        * beta(sum(row) + ALPHA, len(row) - sum(row) + 1)
        * beta(sum(e1) + 1, len(e1) - sum(e1) + 1)
        * beta(sum(e0) + 1, len(e0) - sum(e0) + BETA)
    )


@given(pools, predictions)
def test_codet_ranks_as_its_formula_does(
    pool: list[Judged], said: list[Prediction]
) -> None:
    rows = matrix(pool, said)
    scores = [codet_score(row, rows) for row in ranks(codet(PROBLEM, pool, said), said)]
    for better, worse in zip(scores, scores[1:], strict=False):
        assert better >= worse or isclose(better, worse)


@given(pools, predictions)
def test_b4_ranks_as_its_formula_does(
    pool: list[Judged], said: list[Prediction]
) -> None:
    rows = matrix(pool, said)
    choice = b4(PROBLEM, pool, said, alpha=ALPHA, beta=BETA)
    scores = [b4_score(row, rows) for row in ranks(choice, said)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(("a", "b"), [(1, 1), (7, 3), (1000, 20)])
def test_the_log_of_the_beta_function_is_that_of_the_fraction(a: int, b: int) -> None:
    exact = beta(a, b)
    assert log_beta(a, b) == pytest.approx(
        log(exact.numerator) - log(exact.denominator)
    )


@given(pools, predictions)
def test_most_passed_ranks_by_the_number_passed_then_by_votes(
    pool: list[Judged], said: list[Prediction]
) -> None:
    choice = most_passed(PROBLEM, pool, said)
    counts = [
        (sum(row), c.votes)
        for row, c in zip(ranks(choice, said), choice.classes, strict=True)
    ]
    assert counts == sorted(counts, reverse=True)


def test_the_three_disagree_where_the_papers_say_that_they_do() -> None:
    """One program passes all of eight, four the same six, and they print alike."""
    alone = judged(0, "aaaaaaaa")
    together = [judged(n, "aaaaaabb") for n in range(1, 5)]
    said = [predicted(index, "a") for index in range(8)]
    pool = [alone, *together]
    assert most_passed(PROBLEM, pool, said).classes[0].best == alone
    assert codet(PROBLEM, pool, said).classes[0].best == together[0]
    assert b4(PROBLEM, pool, said).classes[0].best == together[0]


def test_predictions_count_more_than_programs_for_codet() -> None:
    pool = [judged(0, "aaa"), judged(1, "aab"), judged(2, "aab")]
    said = [predicted(index, "a") for index in range(3)]
    assert codet(PROBLEM, pool, said).classes[0].best.candidate.sample == 0


def test_a_group_of_codet_hands_out_its_largest_class() -> None:
    pool = [judged(0, "ax"), judged(1, "ay"), judged(2, "ay"), judged(3, "bz")]
    choice = codet(PROBLEM, pool, [predicted(0, "a")])
    assert [c.best.candidate.sample for c in choice.classes] == [1, 0, 3]
    assert choice.classes[0].votes == 2


def test_soft_vote_looks_at_predictions_only_if_they_have_a_weight() -> None:
    pool = [judged(0, "aa"), judged(1, "aa"), judged(2, "bb")]
    said = [predicted(0, "b"), predicted(1, "b")]
    plain = soft_vote(PROBLEM, pool)
    assert soft_vote(PROBLEM, pool, said) == plain
    moved = soft_vote(PROBLEM, pool, said, prediction_weight=0.5)
    assert moved.classes == plain.classes[::-1]
    assert moved.confidence < plain.confidence  # one vote of three stands behind it
    assert soft_vote(PROBLEM, pool, said, prediction_weight=0.3) == plain


def test_a_reliability_says_what_a_prediction_counts() -> None:
    pool = [judged(0, "a"), judged(1, "b")]
    said = [predicted(0, "a", "good"), predicted(0, "b", "bad"), predicted(0, "b", "x")]
    for reliabilities, best in (({}, 1), ({"good": 3.0}, 0), ({"bad": 0, "x": 0}, 0)):
        choice = soft_vote(
            PROBLEM, pool, said, prediction_weight=1.0, reliabilities=reliabilities
        )
        assert choice.classes[0].best.candidate.sample == best


def test_a_prediction_about_no_input_that_was_run_counts_for_nothing() -> None:
    pool = [judged(0, "a"), judged(1, "b", copies=2)]
    for said in (predicted(-1, "a"), predicted(1, "a"), predicted(0, "c")):
        for technique in (most_passed, codet, b4):
            choice = technique(PROBLEM, pool, [said])
            assert choice.classes[0].best.candidate.sample == 1


def test_an_output_that_does_not_come_again_passes_no_prediction() -> None:
    pool = [judged(0, "ab", again="xb"), judged(1, "cb", copies=2)]
    choice = most_passed(PROBLEM, pool, [predicted(0, "a")])
    assert choice.classes[0].best.candidate.sample == 1


@pytest.mark.parametrize(
    ("mode", "kind", "expected", "output", "same"),
    [
        (IOMode.STDIN, CheckerKind.EXACT, "1 2\n", " 1  2", True),
        (IOMode.STDIN, CheckerKind.EXACT, 12, "12\n", True),
        (IOMode.STDIN, CheckerKind.FLOAT, "0.5", "0.50000000001", True),
        (IOMode.STDIN, CheckerKind.UNORDERED, "a\nb", "b\na", True),
        (IOMode.STDIN, CheckerKind.EXACT, "a" * 500, "a" * 500, True),
        (IOMode.FUNCTION, CheckerKind.EXACT, (1, 2), [1, 2.0], True),
        (IOMode.FUNCTION, CheckerKind.EXACT, True, 1, False),
        (IOMode.FUNCTION, CheckerKind.EXACT, list(range(200)), [*range(200)], True),
        (IOMode.FUNCTION, CheckerKind.EXACT, None, None, True),
        (IOMode.FUNCTION, CheckerKind.EXACT, "1", 1, False),
    ],
)
def test_a_prediction_has_the_key_of_the_output_that_it_foretells(
    mode: IOMode, kind: CheckerKind, expected: Value, output: Value, same: bool
) -> None:
    problem = Problem(id="p", statement="", io_mode=mode, checker=Checker(kind=kind))
    is_text = mode is IOMode.STDIN
    seen = Observation(
        status=Status.FINISHED,
        stdout=output if is_text else "",
        value=None if is_text else output,
    )
    said = Prediction(
        input=Stdin(text="") if is_text else Call(),
        expected=expected,
        made_by="somebody",
    )
    assert (expected_key(said, problem) == output_key(seen, problem)) is same
