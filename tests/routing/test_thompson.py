from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.routing import Arm, Kind, choose, new_arm, priors, updated
from assay.routing.thompson import with_prior
from assay.types import Status

COUNTS = st.integers(0, 30)
ARMS = st.lists(
    st.builds(
        Arm,
        name=st.text(min_size=1, max_size=3),
        expected_tokens=st.floats(1, 1e4),
        alpha=st.floats(0.1, 10),
        beta=st.floats(0.1, 10),
        successes=COUNTS,
        failures=COUNTS,
        tokens=st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda arm: arm.name,
)


def share_of(name: str, arms: list[Arm], n: int = 2000) -> float:
    rng = random.Random(1)
    return Counter(choose(arms, rng).name for _ in range(n))[name] / n


def two(status: Status, error: str = "") -> list[Arm]:
    return [
        new_arm(kind.value, kind, status=status, error=error, sample_tokens=500)
        for kind in (Kind.RESAMPLE, Kind.REPAIR)
    ]


@given(ARMS, st.integers(0, 99), st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order(
    arms: list[Arm], seed: int, order: random.Random
) -> None:
    shuffled = order.sample(arms, len(arms))
    chosen = choose(arms, random.Random(seed))
    assert chosen in arms
    assert choose(shuffled, random.Random(seed)) == chosen


def test_no_arms_are_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        choose([], random.Random(0))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (Status.COMPILE_ERROR, "SyntaxError: invalid syntax (line 3)"),
        (Status.RUNTIME_ERROR, "NameError: name 'x' is not defined (line 2)"),
        (Status.RUNTIME_ERROR, "ModuleNotFoundError: No module named 'z'"),
        (Status.RUNTIME_ERROR, "ImportError: cannot import name 'z'"),
    ],
)
def test_errors_of_names_and_syntax_favour_repair(status: Status, error: str) -> None:
    assert priors(status, error)[Kind.REPAIR].mean > priors(status)[Kind.RESAMPLE].mean
    assert share_of("repair", two(status, error)) > 0.55


def test_wrong_answers_favour_resampling() -> None:
    assert share_of("resample", two(Status.WRONG_ANSWER)) > 0.55
    assert share_of("resample", two(Status.TIME_LIMIT)) > 0.55


def test_other_errors_lie_between() -> None:
    name, other, wrong, limit = (
        priors(status, error)[Kind.REPAIR].mean
        for status, error in (
            (Status.RUNTIME_ERROR, "NameError: x"),
            (Status.RUNTIME_ERROR, "IndexError: list index out of range"),
            (Status.WRONG_ANSWER, ""),
            (Status.MEMORY_LIMIT, ""),
        )
    )
    assert name > other > wrong > limit
    text = "ValueError: MyNameErrors"
    assert priors(Status.RUNTIME_ERROR, text)[Kind.REPAIR].mean == other


@given(st.sampled_from(list(Status)), st.text(max_size=40))
def test_every_failure_has_priors_of_the_same_strength(
    status: Status, error: str
) -> None:
    found = priors(status, error)
    assert found.keys() == set(Kind)
    for prior in found.values():
        assert prior.alpha + prior.beta == pytest.approx(4)
        assert 0 < prior.mean < 1


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10**5)), max_size=20))
def test_an_arm_counts_what_was_tried(tries: list[tuple[bool, int]]) -> None:
    arm = Arm(name="a", expected_tokens=100)
    for success, tokens in tries:
        arm = updated(arm, success=success, tokens=tokens)
    assert arm.calls == len(tries)
    assert arm.successes == sum(success for success, _ in tries)
    assert arm.tokens == sum(tokens for _, tokens in tries)
    assert arm.cost == pytest.approx((100 + arm.tokens) / (1 + len(tries)))


def test_failures_turn_the_choice_away() -> None:
    repair = two(Status.RUNTIME_ERROR, "NameError: x")[1]
    resample = two(Status.RUNTIME_ERROR, "NameError: x")[0]
    tried = repair
    for _ in range(4):
        tried = updated(tried, success=False, tokens=750)
    before = share_of("repair", [resample, repair])
    after = share_of("repair", [resample, tried])
    assert after < before / 1.5


def test_a_dearer_arm_must_succeed_more_often() -> None:
    cheap = Arm(name="cheap", expected_tokens=100, alpha=20, beta=20)
    dear = Arm(name="dear", expected_tokens=300, alpha=20, beta=20)
    assert share_of("cheap", [cheap, dear]) > 0.95


def test_a_new_nearest_program_changes_the_prior_and_keeps_the_tries() -> None:
    arm = updated(two(Status.WRONG_ANSWER)[1], success=False, tokens=9)
    other = with_prior(arm, Status.COMPILE_ERROR)
    assert (other.failures, other.tokens) == (1, 9)
    assert other.rate > arm.rate
