"""From attempts to claims: nothing pending is scored, nothing unmeasured is 0."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from assay.bench.summary import (
    calibration,
    compare,
    compare_all,
    headline,
    left_out,
    main_arm,
    status_of,
    summarise,
    waterfall,
)
from assay.errors import UsageError
from assay.types import Usage
from assay.types.results import Attempt, Leak, Outcome

SPENT = Usage(prompt_tokens=100, completion_tokens=50)


def attempts_of(
    arm: str, rights: Sequence[bool], *, seed: int = 0, usage: Usage | None = SPENT
) -> list[Attempt]:
    return [
        Attempt(
            task=f"t{i}",
            arm=arm,
            seed=seed,
            outcome=Outcome.PASSED if right else Outcome.FAILED,
            usage=usage,
            calls=2,
            seconds=float(i + 1),
        )
        for i, right in enumerate(rights)
    ]


def first_right(n_right: int, n: int) -> list[bool]:
    return [i < n_right for i in range(n)]


def pending(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The same, but the machine failed the first."""
    failed = replace(
        attempts[0], outcome=Outcome.PENDING, usage=None, reason="no sandbox"
    )
    return [failed, *attempts[1:]]


def test_arm_with_a_pending_attempt_has_no_score_and_is_compared_with_none() -> None:
    attempts = pending(attempts_of("single", first_right(5, 10)))
    attempts += attempts_of("bon:8", first_right(7, 10))
    single, bon = summarise(attempts)
    assert (single.n_passed, single.n_failed, single.n_pending) == (4, 5, 1)
    assert single.score is None
    assert single.tokens_per_solved is None
    assert single.tokens is not None, "what the finished ones cost is known"
    assert bon.score is not None
    assert compare_all(attempts, main="bon:8") == ()
    assert compare_all(attempts, main="single") == ()
    assert waterfall(attempts) == ()
    with pytest.raises(UsageError, match="pending"):
        compare(attempts, "bon:8", "single")


def test_arm_without_usage_of_one_attempt_has_no_tokens() -> None:
    attempts = attempts_of("single", first_right(5, 10))
    attempts[3] = replace(attempts[3], usage=None)
    (single,) = summarise(attempts)
    assert single.tokens is None
    assert single.completion_tokens is None
    assert single.tokens_per_solved is None
    assert single.joules is None
    assert single.money is None
    assert single.seconds is not None
    both = [*attempts, *attempts_of("bon:8", first_right(5, 10))]
    comparison = compare(both, "bon:8", "single")
    assert comparison.tokens_ratio is None
    assert "not measured" in comparison.words


def test_cost_is_spread_over_tasks_and_over_the_solved_ones() -> None:
    attempts = attempts_of("single", first_right(5, 10))
    attempts[0] = replace(attempts[0], retries=2)
    (single,) = summarise(attempts)
    assert single.seconds is not None
    assert (single.seconds.mean, single.seconds.median) == (5.5, 5.5)
    assert single.seconds.p90 == pytest.approx(9.1)
    assert single.seconds.total == 55
    assert single.tokens_per_solved == 1500 / 5
    assert single.rerun_rate == 2 / 20


def test_nothing_solved_has_no_cost_per_solved_task() -> None:
    (single,) = summarise(attempts_of("single", first_right(0, 4)))
    assert single.tokens_per_solved is None
    assert single.score is not None
    assert (single.score.low, single.score.value) == (0, 0)
    assert single.score.high > 0.4


def chosen(task: int, right: bool, n_right: int | None, n: int = 4) -> Attempt:
    (attempt,) = attempts_of("bon:4", [right])
    return replace(attempt, task=f"t{task}", n_right=n_right, n_candidates=n)


def test_oracle_random_and_efficiency_say_what_selection_loses() -> None:
    rows = [(True, 4), (True, 2), (False, 2), (True, 1), (False, 0), (True, 3)] * 5
    (arm,) = summarise([chosen(i, right, n) for i, (right, n) in enumerate(rows)])
    assert arm.oracle is not None
    assert arm.efficiency is not None
    assert arm.k == 4
    assert arm.oracle.value == pytest.approx(5 / 6)
    assert arm.random == pytest.approx(12 / 24)
    assert arm.efficiency.value == pytest.approx((4 / 6 - 1 / 2) / (5 / 6 - 1 / 2))
    assert arm.efficiency.low < arm.efficiency.value < arm.efficiency.high


def test_efficiency_is_none_where_choosing_cannot_win_or_is_not_known() -> None:
    (alike,) = summarise([chosen(i, i < 3, 4 if i < 3 else 0) for i in range(8)])
    assert alike.oracle is not None
    assert alike.efficiency is None
    (unknown,) = summarise([chosen(0, True, 2), chosen(1, True, None)])
    assert (unknown.oracle, unknown.random, unknown.efficiency) == (None, None, None)


def test_perfect_choice_on_few_tasks_is_not_shown_as_certain() -> None:
    (arm,) = summarise([chosen(i, True, 2) for i in range(5)])
    assert arm.efficiency is not None
    assert (arm.efficiency.value, arm.efficiency.high) == (1, 1)
    assert arm.efficiency.low < 0.6


def test_several_seeds_widen_over_tasks_and_not_over_attempts() -> None:
    rights = first_right(50, 100)
    copies = [attempts_of("single", rights, seed=seed) for seed in range(3)]
    (once,), (thrice,) = summarise(copies[0]), summarise(sum(copies, []))
    assert (thrice.n_tasks, thrice.n_seeds, thrice.n_passed) == (100, 3, 150)
    assert once.score is not None
    assert thrice.score is not None
    wide = thrice.score.high - thrice.score.low
    assert wide > 0.95 * (once.score.high - once.score.low), "copies are no evidence"


def test_all_right_with_several_seeds_keeps_a_width() -> None:
    attempts = sum((attempts_of("assay", [True] * 20, seed=s) for s in range(3)), [])
    attempts += [replace(each, arm="single") for each in attempts]
    assay, _ = summarise(attempts)
    assert assay.score is not None
    assert assay.score.low < 0.9
    comparison = compare(attempts, "assay", "single")
    assert comparison.difference.low < -0.1
    assert comparison.difference.high > 0.1


def disagreeing(only_a: int, only_b: int, n: int, a: str, b: str) -> list[Attempt]:
    rights_a = [i < only_a for i in range(only_a + only_b)]
    same = [i % 2 == 0 for i in range(n - only_a - only_b)]
    rights_b = [not right for right in rights_a]
    return attempts_of(a, rights_a + same) + attempts_of(b, rights_b + same)


def test_words_say_what_is_not_significant_after_correction() -> None:
    attempts = disagreeing(12, 3, 164, "assay", "bon:8")
    for arm in ("single", "sample"):
        others = [replace(a, arm=arm) for a in attempts if a.arm == "bon:8"]
        attempts += others
    comparisons = compare_all(attempts, main="assay")
    assert [each.b for each in comparisons] == ["bon:8", "single", "sample"]
    first = comparisons[0]
    assert (first.n_only_a, first.n_only_b, first.n_tasks) == (12, 3, 164)
    assert first.p == pytest.approx(0.0352, abs=1e-4)
    assert first.p_holm == pytest.approx(3 * first.p)
    assert first.words == (
        "assay solved 9 more of 164 tasks than bon:8 (+5.5 points, 95 % interval +1.0 "
        "to +10.8, exact McNemar p = 0.035; corrected for 3 comparisons p = 0.11): not "
        "significant at 5 % after correction; 164 tasks would show a difference of at "
        "least 6.7 points (80 % power); one of this size needs about 272. It used 1.00 "
        "times the tokens (95 % interval 1.00 to 1.00)."
    )


def test_words_claim_a_difference_that_was_shown() -> None:
    words = compare(disagreeing(20, 2, 164, "assay", "single"), "assay", "single").words
    assert "18 more of 164" in words
    assert words.count("a difference is shown at the 5 % level") == 1
    assert "no difference" not in words
    turned = compare(disagreeing(20, 2, 164, "a", "b"), "b", "a").words
    assert turned.startswith("b solved 18 fewer of 164 tasks than a (-11.0 points")


def test_words_never_call_two_arms_equal() -> None:
    comparison = compare(disagreeing(4, 4, 60, "assay", "single"), "assay", "single")
    assert comparison.words.startswith(
        "assay solved as many of 60 tasks as single (0.0"
    )
    assert "no difference is shown; 60 tasks would show a difference of at least" in (
        comparison.words
    )
    assert "equal" not in comparison.words
    few = compare(disagreeing(0, 0, 5, "assay", "single"), "assay", "single")
    assert "5 tasks are too few to show any." in few.words


def test_comparison_of_several_seeds_pairs_seeds_and_flips_tasks() -> None:
    rng = random.Random(3)
    attempts: list[Attempt] = []
    for seed in range(3):
        rights = [rng.random() < 0.4 for _ in range(60)]
        better = [right or rng.random() < 0.5 for right in rights]
        attempts += attempts_of("single", rights, seed=seed)
        attempts += attempts_of("assay", better, seed=seed)
    comparison = compare(attempts, "assay", "single")
    n_pairs = comparison.n_both + comparison.n_neither
    assert n_pairs + comparison.n_only_a + comparison.n_only_b == 180
    assert comparison.n_only_b == 0
    assert comparison.difference.value == pytest.approx(comparison.n_only_a / 180)
    assert comparison.p < 0.001
    assert "(mean of 3 seeds)" in comparison.words
    assert "exact sign-flip test over tasks, p < 0.001" in comparison.words


def test_tasks_with_other_numbers_of_seeds_are_still_compared() -> None:
    attempts = attempts_of("a", [True, True]) + attempts_of("b", [False, True])
    attempts += attempts_of("a", [True], seed=1) + attempts_of("b", [False], seed=1)
    comparison = compare(attempts, "a", "b")
    assert comparison.difference.value == 0.5, "each task weighs the same"


def test_only_tasks_of_both_are_compared() -> None:
    attempts = attempts_of("a", [True] * 5) + attempts_of("b", [False] * 3)
    assert compare(attempts, "a", "b").n_tasks == 3
    apart = attempts_of("a", [True]) + attempts_of("b", [True], seed=1)
    assert compare_all(apart, main="a") == ()
    with pytest.raises(UsageError, match="no task was tried by both"):
        compare(apart, "a", "b")
    with pytest.raises(UsageError, match="no attempts of the arm 'c'; this run has a"):
        compare(attempts, "a", "c")


def test_waterfall_takes_the_rungs_that_are_there_in_their_order() -> None:
    ladder = ["single", "sample", "majority:4", "majority:8", "bon:8"]
    ladder += ["assay:-inputs", "assay:-repair", "assay"]
    shuffled = random.Random(1).sample([*ladder, "assay:-stop", "endpoint:x#y"], k=10)
    attempts = [
        attempt
        for arm in shuffled
        for attempt in attempts_of(arm, first_right(len(arm) % 7, 10))
    ]
    steps = waterfall(attempts)
    assert [step.before for step in steps] == ladder[:-1]
    assert [step.arm for step in steps] == ladder[1:]
    assert [step.name for step in steps[-3:]] == [
        "the whole method without self-made inputs",
        "self-made inputs added, without repair",
        "repair added",
    ]
    gains = left_out(attempts)
    assert {step.before for step in gains} == {
        "assay:-inputs",
        "assay:-repair",
        "assay:-stop",
    }
    assert all(step.arm == "assay" for step in gains)
    assert gains[0].difference.value == pytest.approx(
        (len("assay") % 7 - len(gains[0].before) % 7) / 10
    )


def test_left_out_needs_the_whole_method() -> None:
    assert left_out(attempts_of("assay:-repair", [True, False])) == ()


def test_calibration_counts_what_was_stated() -> None:
    attempts = [
        replace(attempt, confidence=0.9)
        for attempt in attempts_of("assay", first_right(6, 10))
    ]
    attempts += attempts_of("single", [True])
    attempts += pending(attempts[:1])
    got = calibration(attempts, "assay")
    assert got is not None
    assert got.n == 10
    assert got.error == pytest.approx(0.3)
    assert calibration(attempts, "single") is None


LEAK = Leak(task="t1", arm="assay", seed=0, where="prompt", what="case 3")


def told(attempts: Sequence[Attempt], leaks: Sequence[Leak] = ()) -> str:
    arms = summarise(attempts)
    names = [arm.arm for arm in arms]
    return headline(
        status=status_of(attempts, leaks),
        arms=arms,
        comparisons=compare_all(attempts, main=main_arm(names)) if names else (),
        leaks=leaks,
    )


def test_run_with_a_leak_is_invalid_whatever_it_scored() -> None:
    attempts = attempts_of("assay", [True] * 10)
    assert status_of(attempts, [LEAK]) == "invalid"
    assert told(attempts, [LEAK]).startswith("INVALID: ")
    assert "100" not in told(attempts, [LEAK])


def test_run_is_incomplete_while_attempts_are_pending_or_missing() -> None:
    attempts = attempts_of("assay", [True] * 10)
    assert status_of(attempts) == "complete"
    assert status_of(attempts, n_expected=11) == "incomplete"
    assert status_of(pending(attempts)) == "incomplete"
    assert status_of([*attempts, *attempts_of("single", [True])]) == "incomplete"
    assert status_of([]) == "incomplete"
    assert told(pending(attempts)).startswith(
        "INCOMPLETE: of 10 attempts 1 are pending"
    )
    assert told([]) == "Nothing was run."


def test_headline_sets_the_main_arm_against_the_strongest_other() -> None:
    attempts = attempts_of("single", first_right(2, 20))
    attempts += attempts_of("bon:8", first_right(12, 20))
    attempts += attempts_of("assay:-repair", first_right(14, 20))
    attempts += attempts_of("assay", first_right(15, 20))
    text = told(attempts)
    assert text.startswith(
        "assay solved 75.0 % of 20 tasks (95 % interval 53.1 to 88.8)"
    )
    assert "3 more of 20 tasks than bon:8" in text
    assert text.isascii()
    assert "nothing is compared" in told(attempts_of("assay", [True]))


def test_thousand_tasks_with_three_seeds_are_summed_up_whole() -> None:
    rng = random.Random(1)
    attempts: list[Attempt] = []
    for seed in range(3):
        for arm in ("single", "assay"):
            rights = [rng.random() < 0.6 for _ in range(1000)]
            attempts += [
                replace(each, n_candidates=8, n_right=4)
                for each in attempts_of(arm, rights, seed=seed)
            ]
    assert status_of(attempts) == "complete"
    single, assay = summarise(attempts)
    (comparison,) = compare_all(attempts, main="assay")
    assert single.score is not None
    assert assay.score is not None
    wanted = assay.score.value - single.score.value
    assert comparison.difference.value == pytest.approx(wanted)
