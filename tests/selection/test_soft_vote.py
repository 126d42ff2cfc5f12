from __future__ import annotations

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.selection import enough, soft_vote
from assay.selection.outputs import output_key
from assay.selection.posterior import confidence, leads
from assay.types import (
    Checker,
    CheckerKind,
    IOMode,
    Observation,
    Problem,
    Status,
)
from selection.printed import PROBLEM, UNTESTED, judged


def test_the_larger_class_wins_and_its_most_frequent_member_is_handed_out() -> None:
    pool = [judged(0, "abc"), judged(1, "xyz"), judged(2, "xyz", copies=2)]
    choice = soft_vote(PROBLEM, pool)
    assert [c.votes for c in choice.classes] == [3, 1]
    assert choice.classes[0].best.candidate.sample == 2
    assert choice.n_votes == 4


def test_agreement_on_single_inputs_counts_for_programs_that_differ_elsewhere() -> None:
    pool = [judged(n, outputs) for n, outputs in enumerate(("aaz", "aay", "aax"))]
    choice = soft_vote(PROBLEM, [*pool, judged(3, "bbb", copies=2)])
    assert choice.classes[0].best.candidate.sample == 0
    assert choice.classes[0].votes == 1


def test_one_text_drawn_often_does_not_outvote_independent_programs() -> None:
    pool = [judged(0, "x", copies=9), *(judged(n, "y") for n in range(1, 5))]
    choice = soft_vote(PROBLEM, pool)
    assert choice.classes[0].best.observations[0].stdout == "y"
    assert choice.classes[0].votes == 4


def test_a_candidate_that_failed_the_given_cases_is_not_in_play_but_counts() -> None:
    pool = [judged(0, "a", passed=False, copies=3), judged(1, "b")]
    choice = soft_vote(PROBLEM, pool)
    assert len(choice.classes) == 1
    assert choice.n_votes == 4
    assert choice.confidence < soft_vote(PROBLEM, pool[1:]).confidence


def test_programs_that_crash_on_everything_do_not_agree_with_each_other() -> None:
    pool = [judged(n, "!!!", tests=0) for n in range(5)]
    choice = soft_vote(UNTESTED, pool)
    assert [c.votes for c in choice.classes] == [1] * 5
    assert not enough(UNTESTED, choice, n_inputs=3, stop_at=0.85)


def test_nothing_in_play_gives_no_class_and_no_confidence() -> None:
    choice = soft_vote(PROBLEM, [judged(0, "a", passed=False)])
    assert (choice.classes, choice.posterior, choice.confidence) == ((), 0.0, 0.0)


@given(
    st.lists(
        st.tuples(st.text("abc!", min_size=2, max_size=2), st.integers(1, 5)),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_choice_does_not_depend_on_the_order_of_the_candidates(
    rows: list[tuple[str, int]], shuffler: random.Random
) -> None:
    pool = [judged(n, outputs, copies) for n, (outputs, copies) in enumerate(rows)]
    mixed = list(pool)
    shuffler.shuffle(mixed)
    assert soft_vote(PROBLEM, pool) == soft_vote(PROBLEM, mixed)


def test_stopping_needs_two_votes_with_tests_three_without_and_a_lead() -> None:
    def why(problem: Problem, *votes: str, tests: int = 1, n_inputs: int = 1) -> str:
        pool = [judged(n, v, tests=tests) for n, v in enumerate(votes)]
        return enough(
            problem, soft_vote(problem, pool), n_inputs=n_inputs, stop_at=0.85
        )

    assert why(PROBLEM, "a") == ""
    assert why(PROBLEM, "a", "a") == "confident"
    assert why(PROBLEM, "a", "a", "b") == ""
    assert why(UNTESTED, "a", "a", tests=0) == ""
    assert why(UNTESTED, "a", "a", "a", tests=0) == "confident"
    assert why(PROBLEM, "", n_inputs=0) == "nothing to compare on"


@given(st.integers(0, 20), st.integers(0, 20))
def test_the_posterior_is_the_beta_tail(first: int, second: int) -> None:
    """Against the integral of the density of a Beta over the upper half."""
    steps = 2000
    points = [0.5 + (k + 0.5) / (2 * steps) for k in range(steps)]
    density = sum(x**first * (1 - x) ** second for x in points) / (2 * steps)
    whole = 1 / ((first + second + 1) * comb(first + second, first))
    assert leads(first, second) == pytest.approx(density / whole, abs=1e-4)


@given(st.integers(0, 30), st.integers(1, 30))
def test_confidence_grows_with_votes_and_stays_a_probability(
    votes: int, more: int
) -> None:
    n = votes + more
    for has_tests in (True, False):
        low = confidence(votes, n, has_given_tests=has_tests)
        high = confidence(votes + 1, n, has_given_tests=has_tests)
        assert 0 <= low <= high < 1


@pytest.mark.parametrize(
    ("kind", "a", "b", "same"),
    [
        (CheckerKind.EXACT, "1 2\n", "1  2", True),
        (CheckerKind.EXACT, "1.0", "1", False),
        (CheckerKind.FLOAT, "1.0000000001 x", "1 x", True),
        (CheckerKind.FLOAT, "1.01", "1", False),
        (CheckerKind.UNORDERED, "a\nb", "b\na", True),
        (CheckerKind.TOKENS, "a\nb", "b\na", False),
    ],
)
def test_outputs_are_equal_as_the_checker_sees_them(
    kind: CheckerKind, a: str, b: str, same: bool
) -> None:
    problem = Problem(
        id="p", statement="", io_mode=IOMode.STDIN, checker=Checker(kind=kind)
    )
    keys = {
        output_key(Observation(status=Status.FINISHED, stdout=text), problem)
        for text in (a, b)
    }
    assert (len(keys) == 1) is same


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ([1, 2], (1, 2), True),
        ([1, 2], [2, 1], False),
        ({1, 2}, {2, 1}, True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        (1, True, False),
        (1, 1.0, True),
        ("1", 1, False),
        (float("nan"), float("nan"), True),
        (b"a", "a", False),
        ([[]], [[], []], False),
        ({1: [2]}, {1: [3]}, False),
    ],
)
def test_values_are_equal_by_what_they_hold(a: object, b: object, same: bool) -> None:
    problem = Problem(id="p", statement="", io_mode=IOMode.FUNCTION)
    keys = {
        output_key(Observation(status=Status.FINISHED, value=value), problem)
        for value in (a, b)
    }
    assert (len(keys) == 1) is same
