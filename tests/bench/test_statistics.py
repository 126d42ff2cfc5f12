"""Against brute force, and against scipy and numpy."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations, product
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from assay.bench.bootstrap import bootstrap_mean, bootstrap_ratio, two_level_mean
from assay.bench.power import detectable, detectable_mean, power, tasks_needed
from assay.bench.statistics import (
    calibration_error,
    holm,
    mcnemar,
    paired_difference,
    pass_at_k,
    quantile,
    reliability,
    sign_flip,
    wilson,
)

COUNTS = st.integers(0, 60)
FLOATS = st.floats(-1e6, 1e6)


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.data())
def test_pass_at_k_is_the_mean_over_every_subset(
    outcomes: list[bool], data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, len(outcomes)))
    draws = [any(subset) for subset in combinations(outcomes, k)]
    got = pass_at_k(len(outcomes), sum(outcomes), k)
    assert got == pytest.approx(sum(draws) / len(draws))


@pytest.mark.parametrize(("n", "right", "k"), [(4, 1, 5), (4, 5, 1), (4, 1, 0)])
def test_pass_at_k_of_more_than_there_are_is_refused(
    n: int, right: int, k: int
) -> None:
    with pytest.raises(ValueError, match="candidates"):
        pass_at_k(n, right, k)


@given(COUNTS, COUNTS)
def test_mcnemar_is_the_exact_binomial_test(a: int, b: int) -> None:
    wanted = stats.binomtest(a, a + b).pvalue if a + b else 1.0
    assert mcnemar(a, b) == pytest.approx(wanted)


@given(COUNTS, COUNTS)
def test_wilson_is_scipys(passed: int, failed: int) -> None:
    n = passed + failed + 1
    wanted = stats.binomtest(passed, n).proportion_ci(method="wilson")
    got = wilson(passed, n)
    assert (got.low, got.high) == pytest.approx((wanted.low, wanted.high), abs=1e-9)
    assert 0 <= got.low <= got.value <= got.high <= 1


def constrained_score(b: int, c: int, n: int, difference: float) -> float:
    """The score statistic by its definition, the likelihood searched on a grid."""
    q = np.linspace(max(0, -difference), (1 - difference) / 2, 200_001)[1:-1]
    likelihood = b * np.log(q + difference) + c * np.log(q)
    if n > b + c:
        likelihood = likelihood + (n - b - c) * np.log(1 - difference - 2 * q)
    best = float(q[np.argmax(likelihood)])
    variance = n * (2 * best + difference - difference**2)
    return (b - c - n * difference) / sqrt(variance)


@pytest.mark.parametrize(("b", "c", "n"), [(9, 3, 40), (1, 7, 21), (20, 20, 100)])
def test_paired_interval_ends_where_the_score_test_refuses(
    b: int, c: int, n: int
) -> None:
    got = paired_difference(b, c, n)
    assert constrained_score(b, c, n, got.low) == pytest.approx(1.96, abs=2e-3)
    assert constrained_score(b, c, n, got.high) == pytest.approx(-1.96, abs=2e-3)


@given(COUNTS, COUNTS, COUNTS)
def test_paired_interval_is_in_bounds_mirrored_and_has_a_width(
    b: int, c: int, same: int
) -> None:
    n = b + c + same + 1
    got, mirrored = paired_difference(b, c, n), paired_difference(c, b, n)
    assert -1 <= got.low <= got.value <= got.high <= 1
    assert (got.low, got.high) == pytest.approx(
        (-mirrored.high, -mirrored.low), abs=1e-9
    )
    assert got.high - got.low > 0, "agreement on every task is no proof of equality"
    if mcnemar(b, c) < 0.05:
        assert not got.low <= 0 <= got.high, "the test refuses 0, so must the interval"


def test_paired_interval_covers_the_truth_19_times_of_20() -> None:
    rng = np.random.default_rng(20_240_601)
    for n, only_a, only_b in ((40, 0.15, 0.05), (164, 0.1, 0.05), (164, 0.02, 0.0)):
        both = (1 - only_a - only_b) / 2
        draws = rng.multinomial(n, [only_a, only_b, both, both], size=4000)
        known = {}
        for b, c in {(int(b), int(c)) for b, c, _, _ in draws}:
            interval = paired_difference(b, c, n)
            known[b, c] = interval.low <= only_a - only_b <= interval.high
        covered = np.mean([known[int(b), int(c)] for b, c, _, _ in draws])
        assert 0.935 <= covered <= 0.985, (n, only_a, only_b)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=9))
def test_sign_flip_counts_every_flip(differences: list[int]) -> None:
    flips = product(*((-1, 1) for _ in differences))
    seen = abs(sum(differences))
    sums = [sum(s * d for s, d in zip(f, differences, strict=True)) for f in flips]
    wanted = sum(abs(each) >= seen for each in sums) / len(sums)
    assert sign_flip(differences) == pytest.approx(wanted)


@given(COUNTS, COUNTS, COUNTS)
def test_sign_flip_of_one_seed_is_mcnemar(b: int, c: int, same: int) -> None:
    got = sign_flip([1] * b + [0] * same + [-1] * c)
    assert got == pytest.approx(mcnemar(b, c))


def refused_by_holm(ps: Sequence[float], level: float) -> set[int]:
    """Step down as Holm defined it: stop at the first that is not refused."""
    refused: set[int] = set()
    for rank, index in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        if ps[index] * (len(ps) - rank) > level:
            break
        refused.add(index)
    return refused


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0, 0.999))
def test_holm_refuses_what_the_step_down_refuses(ps: list[float], level: float) -> None:
    got = {index for index, p in enumerate(holm(ps)) if p <= level}
    assert got == refused_by_holm(ps, level)


@given(st.lists(FLOATS, min_size=1, max_size=40), st.floats(0, 1))
def test_quantile_is_numpys(values: list[float], share: float) -> None:
    wanted = float(np.quantile(values, share, method="linear"))
    assert quantile(values, share) == pytest.approx(wanted, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_bins_hold_each_pair_once_and_the_error_is_their_mean(
    stated: list[tuple[float, bool]],
) -> None:
    bins = reliability(stated)
    assert sum(each.n for each in bins) == len(stated)
    error = 0.0
    for each in bins:
        last = each.high == 1.0
        inside = [
            (c, r)
            for c, r in stated
            if each.low <= c < each.high or (last and c == 1.0)
        ]
        assert len(inside) == each.n
        error += abs(sum(c for c, _ in inside) - sum(r for _, r in inside))
    assert calibration_error(bins) == pytest.approx(error / len(stated), abs=1e-9)


def test_stated_confidence_that_is_always_met_has_no_error() -> None:
    stated = [(0.75, True)] * 3 + [(0.75, False)] + [(0.25, True)] + [(0.25, False)] * 3
    assert calibration_error(reliability(stated)) == 0


def test_two_level_mean_is_what_endless_resampling_gives() -> None:
    rng = np.random.default_rng(5)
    values = rng.integers(-1, 2, size=(60, 3))
    tasks = rng.integers(0, 60, size=(8_000, 60))
    seeds = rng.integers(0, 3, size=(8_000, 60, 3))
    means = values[tasks[:, :, None], seeds].mean(axis=(1, 2))
    got = two_level_mean(values.tolist())
    assert got.value == pytest.approx(values.mean())
    wanted = np.quantile(means, [0.025, 0.975])
    assert [got.low, got.high] == pytest.approx(list(wanted), abs=0.012)


def test_two_level_mean_of_one_seed_is_the_binomial_bootstrap() -> None:
    got = two_level_mean([[1]] * 30 + [[0]] * 70)
    wanted = stats.binom.ppf([0.025, 0.975], 100, 0.3) / 100
    assert [got.low, got.high] == pytest.approx(list(wanted))


def test_tasks_of_fewer_seeds_weigh_as_much_as_others() -> None:
    got = two_level_mean([[1, 1], [0], [1, 0, 0]])
    assert got.value == pytest.approx((1 + 0 + 1 / 3) / 3)


def test_two_level_mean_covers_the_truth_at_least_19_times_of_20() -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(120):
        chances = rng.choice([0.05, 0.5, 0.95], size=40)
        draws = rng.random((40, 3)) < chances[:, None]
        got = two_level_mean(draws.astype(int).tolist())
        covered += got.low <= 0.5 <= got.high
    assert covered >= 0.93 * 120


@pytest.mark.parametrize("n", [40, 300])
def test_interval_of_a_mean_is_scipys_bca(n: int) -> None:
    values = np.random.default_rng(3).lognormal(7, 1, n)
    ours = bootstrap_mean(values.tolist(), seed=1)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="BCa", rng=np.random.default_rng(4)
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.value == pytest.approx(values.mean())
    assert abs(ours.low - theirs.low) < 0.12 * width
    assert abs(ours.high - theirs.high) < 0.12 * width


def test_interval_of_a_ratio_is_scipys_bca() -> None:
    rng = np.random.default_rng(8)
    tops, bottoms = rng.lognormal(7, 1, 120), rng.lognormal(6, 0.5, 120)
    ours = bootstrap_ratio(tops.tolist(), bottoms.tolist(), seed=2)
    theirs = stats.bootstrap(
        (tops, bottoms),
        lambda x, y, axis: x.mean(axis=axis) / y.mean(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=4000,
        rng=np.random.default_rng(9),
    ).confidence_interval
    assert ours is not None
    width = theirs.high - theirs.low
    assert abs(ours.low - theirs.low) < 0.12 * width
    assert abs(ours.high - theirs.high) < 0.12 * width


def test_bootstrap_with_the_same_seed_gives_the_same_interval() -> None:
    rng = random.Random(0)
    values = [rng.random() for _ in range(50)]
    assert bootstrap_mean(values, seed=7) == bootstrap_mean(values, seed=7)
    assert bootstrap_mean(values, seed=7) != bootstrap_mean(values, seed=8)


def test_ratio_that_two_tasks_carry_has_no_interval() -> None:
    assert bootstrap_ratio([1, 1, 0, 0, 0, 0], [1, 2, 0, 0, 0, 0]) is None
    assert bootstrap_ratio([1.0, 1.0], [0.0, 0.0]) is None


def brute_power(n: int, only_a: float, only_b: float) -> float:
    total = 0.0
    for b in range(n + 1):
        for c in range(n - b + 1):
            if b > c and mcnemar(b, c) <= 0.05:
                ways = comb(n, b) * comb(n - b, c)
                same = (1 - only_a - only_b) ** (n - b - c)
                total += ways * only_a**b * only_b**c * same
    return total


@pytest.mark.parametrize(
    ("n", "only_a", "only_b"), [(12, 0.7, 0.1), (30, 0.3, 0.05), (25, 0.4, 0.0)]
)
def test_power_is_the_sum_over_every_table(
    n: int, only_a: float, only_b: float
) -> None:
    got = power(n, only_a - only_b, only_a + only_b)
    assert got == pytest.approx(brute_power(n, only_a, only_b))


@pytest.mark.parametrize(("n", "discordance"), [(10, 0.2), (164, 0.0), (164, 0.25)])
def test_detectable_difference_has_80_percent_power_and_a_smaller_one_less(
    n: int, discordance: float
) -> None:
    least = detectable(n, discordance)
    assert power(n, least, max(least, discordance)) >= 0.8
    smaller = least - 1e-4
    assert power(n, smaller, max(smaller, discordance)) < 0.8


def test_five_tasks_can_show_nothing() -> None:
    assert detectable(5, 0.5) == 1.0


@pytest.mark.parametrize(
    ("difference", "discordance"), [(0.1, 0.2), (0.05, 0.1), (-0.3, 0.5), (0.02, 0.1)]
)
def test_so_many_tasks_as_needed_have_80_percent_power(
    difference: float, discordance: float
) -> None:
    n = tasks_needed(difference, discordance)
    assert 0.795 <= power(n, abs(difference), discordance) <= 0.83


def test_mean_difference_of_several_seeds_has_80_percent_power() -> None:
    rng = np.random.default_rng(2)
    least = detectable_mean(200, 0.3)
    draws = rng.normal(least, 0.3, size=(4000, 200))
    shown = stats.ttest_1samp(draws, 0, axis=1).pvalue <= 0.05
    assert shown.mean() == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson(1, 0),
        lambda: paired_difference(3, 3, 5),
        lambda: quantile([], 0.5),
        lambda: calibration_error([]),
        lambda: reliability([(1.2, True)]),
        lambda: two_level_mean([]),
        lambda: two_level_mean([[]]),
        lambda: bootstrap_ratio([1.0], []),
        lambda: tasks_needed(0.0, 0.1),
    ],
)
def test_what_has_no_answer_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=r"."):
        call()
