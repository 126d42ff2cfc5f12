"""What holds of every technique, and of the classes that they put in an order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.selection import TECHNIQUES, plurality, soft_vote
from assay.selection.classes import COPIES_CAP
from assay.types import (
    Candidate,
    CaseResult,
    Choice,
    Judged,
    OutputClass,
    Prediction,
    Status,
    Verdict,
)
from selection.printed import PROBLEM, judged, pools, predictions

with_weight = partial(
    soft_vote, prediction_weight=0.5, reliabilities={"somebody": 0.3, "nobody": 0.1}
)
each_technique = pytest.mark.parametrize(
    "technique",
    [*TECHNIQUES.values(), with_weight],
    ids=[*TECHNIQUES, "soft_vote with predictions"],
)
Technique = Callable[..., Choice]


def failing(each: Judged) -> Judged:
    results = (CaseResult(status=Status.WRONG_ANSWER),)
    return replace(each, verdict=Verdict(candidate=each.candidate, results=results))


def class_of(choice: Choice, candidate: Candidate) -> OutputClass | None:
    for each in choice.classes:
        if candidate in [member.candidate for member in each.members]:
            return each
    return None


@each_technique
@given(pools, predictions, st.randoms(use_true_random=False))
def test_the_choice_depends_on_no_order(
    technique: Technique,
    pool: list[Judged],
    said: list[Prediction],
    shuffler: random.Random,
) -> None:
    wanted = technique(PROBLEM, pool, said)
    mixed, said_mixed = list(pool), list(said)
    shuffler.shuffle(mixed)
    shuffler.shuffle(said_mixed)
    assert technique(PROBLEM, mixed, said_mixed) == wanted


@each_technique
@given(pools, predictions, st.data())
def test_a_copy_more_adds_at_most_one_vote_and_that_to_its_own_class(
    technique: Technique,
    pool: list[Judged],
    said: list[Prediction],
    data: st.DataObject,
) -> None:
    place = data.draw(st.integers(0, len(pool) - 1))
    drawn = pool[place].candidate
    more = list(pool)
    more[place] = replace(pool[place], copies=pool[place].copies + 1)
    before, after = technique(PROBLEM, pool, said), technique(PROBLEM, more, said)
    for each in before.classes:
        then = class_of(after, each.best.candidate)
        assert then is not None
        own = drawn in [member.candidate for member in each.members]
        counts = own and pool[place].copies < COPIES_CAP
        assert then.votes == each.votes + counts


@each_technique
@given(pools, predictions)
def test_what_fails_a_given_example_is_never_chosen(
    technique: Technique, pool: list[Judged], said: list[Prediction]
) -> None:
    classes = technique(PROBLEM, pool, said).classes
    assert all(j.verdict.passed for c in classes for j in c.members)
    assert bool(classes) is any(j.verdict.passed for j in pool)


@each_technique
@given(pools, predictions, st.data())
def test_confidence_in_a_class_never_rises_when_one_of_any_fails_an_example(
    technique: Technique,
    pool: list[Judged],
    said: list[Prediction],
    data: st.DataObject,
) -> None:
    """In the chosen class: one that was not chosen may have more votes behind it."""
    place = data.draw(st.integers(0, len(pool) - 1))
    worse = [failing(j) if n == place else j for n, j in enumerate(pool)]
    before, after = technique(PROBLEM, pool, said), technique(PROBLEM, worse, said)
    assert after.n_votes == before.n_votes
    if not after.classes:
        assert after.confidence == 0.0
    elif class_of(before, after.classes[0].best.candidate) == before.classes[0]:
        assert after.confidence <= before.confidence


@given(pools, st.data())
def test_the_confidence_of_plurality_never_rises_when_a_program_fails_an_example(
    pool: list[Judged], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(pool) - 1))
    worse = [failing(j) if n == place else j for n, j in enumerate(pool)]
    after = plurality(PROBLEM, worse).confidence
    assert after <= plurality(PROBLEM, pool).confidence


@each_technique
def test_nothing_in_play_is_no_choice(technique: Technique) -> None:
    choice = technique(PROBLEM, [judged(0, "a", passed=False)], [])
    assert (choice.classes, choice.posterior, choice.confidence) == ((), 0.0, 0.0)
    assert technique(PROBLEM, [], []).n_votes == 0


@each_technique
def test_without_predictions_the_larger_of_two_classes_is_chosen(
    technique: Technique,
) -> None:
    pool = [judged(0, "ab"), judged(1, "xy"), judged(2, "xy")]
    assert technique(PROBLEM, pool).classes[0].best.candidate.sample == 1


def test_plurality_counts_whole_classes_where_soft_vote_counts_inputs() -> None:
    pool = [judged(n, outputs) for n, outputs in enumerate(("aaz", "aay", "aax"))]
    pool.append(judged(3, "bbb", copies=2))
    assert plurality(PROBLEM, pool).classes[0].best.candidate.sample == 3
    assert soft_vote(PROBLEM, pool).classes[0].best.candidate.sample == 0


def test_an_input_on_which_two_runs_differ_casts_no_vote() -> None:
    unstable = judged(0, "ab", again="ac")
    pool = [unstable, judged(1, "ax"), judged(2, "ax")]
    choice = soft_vote(PROBLEM, pool)
    assert [c.votes for c in choice.classes] == [2, 1]
    assert choice.classes[1].soft_vote == 0.5  # 3 of 3 on one input, none on the other
    steady = replace(unstable, again=unstable.observations)
    assert soft_vote(PROBLEM, [steady, *pool[1:]]).classes[1].soft_vote > 0.5


def test_a_second_run_that_ends_early_speaks_against_nothing() -> None:
    pool = [judged(0, "ab", again="a"), judged(1, "ab")]
    assert [c.votes for c in soft_vote(PROBLEM, pool).classes] == [2]


def test_programs_that_are_stable_nowhere_stand_alone() -> None:
    pool = [judged(n, "ab", again="ba") for n in range(3)]
    assert [c.votes for c in soft_vote(PROBLEM, pool).classes] == [1, 1, 1]


@pytest.mark.parametrize(
    ("seconds", "best"),
    [
        ((None, None, None), 1),  # the most frequent
        ((0.2, 0.5, 0.3), 0),  # more than twice the fastest: slow, however frequent
        ((0.2, 0.4, 0.3), 1),
        ((None, 0.5, 0.2), 0),  # nothing is known against it, and it is the earliest
        ((0.001, 0.09, 0.05), 1),  # too fast for a difference to mean anything
    ],
)
def test_a_member_that_is_slow_on_large_inputs_is_handed_out_last(
    seconds: tuple[float | None, ...], best: int
) -> None:
    pool = [
        judged(n, "a", copies=copies, stress_s=stress_s)
        for n, (copies, stress_s) in enumerate(zip((1, 3, 1), seconds, strict=True))
    ]
    (only,) = soft_vote(PROBLEM, pool).classes
    assert only.best.candidate.sample == best
    assert only.votes == 5


def test_repairs_of_one_sample_are_told_apart_by_their_text() -> None:
    parent = Candidate(code="parent", sample=4)
    pool = []
    for code, outputs in (("b", "x"), ("a", "y")):
        each = judged(4, outputs)
        child = Candidate(code=code, sample=4, parent=parent)
        verdict = replace(each.verdict, candidate=child)
        pool.append(replace(each, candidate=child, verdict=verdict))
    assert soft_vote(PROBLEM, pool) == soft_vote(PROBLEM, pool[::-1])
    assert soft_vote(PROBLEM, pool).classes[0].best.candidate.code == "a"
