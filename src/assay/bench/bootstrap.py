"""Intervals by resampling tasks: for shares over several seeds, and for costs."""

from __future__ import annotations

from cmath import exp
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import lcm, pi
from random import Random
from statistics import NormalDist

from assay.bench.statistics import quantile
from assay.types.results import Estimate

N_RESAMPLES = 2000
MOST_UNDEFINED = 0.05  # share of resamples in which a ratio may have no denominator
NORMAL = NormalDist()
TAIL = 0.025


def in_common_units(groups: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], int]:
    """One whole number a task that stands for its mean over seeds, and the unit.

    The mean of task i is the i-th number over the unit, exactly, also where tasks
    have different numbers of seeds.

    >>> in_common_units([[1, 0], [1, 1], [1]])
    ((1, 2, 2), 2)
    """
    unit = lcm(*(len(values) for values in groups))
    return tuple(sum(values) * (unit // len(values)) for values in groups), unit


def two_level_mean(groups: Sequence[Sequence[int]]) -> Estimate:
    """Mean over tasks of the mean over seeds, by the hierarchical bootstrap.

    A resample draws tasks with replacement and then, within each task that it drew,
    seeds with replacement. As the values are whole numbers, the distribution of all
    possible resamples is computed instead of drawn from: the percentile interval is
    what endlessly many resamples would give. It has no width where all values are the
    same.

    Source: Davison and Hinkley 1997, Bootstrap Methods, section 3.8; Efron 1979.

    Args:
        groups: The values of each task, one a seed.

    >>> shown = two_level_mean([[1, 1], [1, 0], [0, 0], [1, 1]])
    >>> shown.value, shown.low, shown.high
    (0.625, 0.25, 1.0)

    Raises:
        ValueError: no tasks, or a task without values.
    """
    if not groups or not all(groups):
        raise ValueError("a mean of no values")
    sums, unit = in_common_units(groups)
    n = len(groups)
    first, shares = _one_draw(groups, unit)
    below = list(accumulate(_sum_of_draws(shares, n)))
    ends = (next(s for s, p in enumerate(below) if p >= q) for q in (TAIL, 1 - TAIL))
    low, high = ((n * first + end) / (n * unit) for end in ends)
    return Estimate(value=sum(sums) / (n * unit), low=low, high=high)


def _one_draw(groups: Sequence[Sequence[int]], unit: int) -> tuple[int, list[float]]:
    """Smallest value of a drawn task, and the chance of it and each value above it."""
    chances: dict[int, Fraction] = {}
    known: dict[tuple[int, ...], dict[int, int]] = {}
    for values in groups:
        alike = tuple(sorted(values))
        if alike not in known:
            known[alike] = _ways(alike)
        n_ways = len(alike) ** len(alike)
        for total, ways in known[alike].items():
            scaled = total * (unit // len(alike))
            chance = Fraction(ways, n_ways * len(groups))
            chances[scaled] = chances.get(scaled, Fraction()) + chance
    first, last = min(chances), max(chances)
    return first, [float(chances.get(value, 0)) for value in range(first, last + 1)]


def _ways(values: Sequence[int]) -> dict[int, int]:
    """In how many ways as many draws as there are values add up to each sum."""
    sums = {0: 1}
    for _ in values:
        longer: dict[int, int] = {}
        for total, ways in sums.items():
            for value in values:
                longer[total + value] = longer.get(total + value, 0) + ways
        sums = longer
    return sums


def _sum_of_draws(shares: Sequence[float], n: int) -> list[float]:
    """Chance of each sum of n independent draws of 0, 1, ... with these shares."""
    length = n * (len(shares) - 1) + 1
    size = 1 << (length - 1).bit_length()
    spectrum = _fft([complex(share) for share in shares] + [0j] * (size - len(shares)))
    powers = _fft([(value**n).conjugate() for value in spectrum])
    return [value.real / size for value in powers[:length]]


def _fft(values: list[complex]) -> list[complex]:
    """The discrete Fourier transform of a power of two of values."""
    size = len(values)
    if size == 1:
        return values
    even, odd = _fft(values[::2]), _fft(values[1::2])
    turned = [exp(-2j * pi * i / size) * value for i, value in enumerate(odd)]
    return [a + b for a, b in zip(even, turned, strict=True)] + [
        a - b for a, b in zip(even, turned, strict=True)
    ]


def bootstrap_ratio(
    tops: Sequence[float],
    bottoms: Sequence[float],
    *,
    seed: int = 0,
    n_resamples: int = N_RESAMPLES,
) -> Estimate | None:
    """Ratio of two sums over the same tasks, with its BCa interval over tasks.

    The ratio of means is the same number. None where the denominator is 0, or would
    be in more than one resample of twenty: too few tasks carry the ratio. The same
    seed gives the same interval. It has no width where no resample differs.

    Source: Efron 1987, J. Am. Stat. Assoc. 82, 171-185.

    >>> shown = bootstrap_ratio([10, 20, 30, 40], [1, 2, 3, 4])
    >>> shown.value, shown.low, shown.high
    (10.0, 10.0, 10.0)

    Raises:
        ValueError: the two differ in length, or are empty.
    """
    if not tops or len(tops) != len(bottoms):
        raise ValueError(f"a ratio of {len(tops)} to {len(bottoms)} values")
    # a pair travels as one complex number: one draw and one sum serve both
    pairs = [complex(top, bottom) for top, bottom in zip(tops, bottoms, strict=True)]
    whole = sum(pairs)
    if not whole.imag:
        return None
    draw = Random(seed).choices
    sums = (sum(draw(pairs, k=len(pairs))) for _ in range(n_resamples))
    ratios = sorted(total.real / total.imag for total in sums if total.imag)
    if len(ratios) < (1 - MOST_UNDEFINED) * n_resamples:
        return None
    value = whole.real / whole.imag
    low, high = _bca_shares(value, ratios, _acceleration(pairs, whole))
    return Estimate(value=value, low=quantile(ratios, low), high=quantile(ratios, high))


def bootstrap_mean(
    values: Sequence[float], *, seed: int = 0, n_resamples: int = N_RESAMPLES
) -> Estimate:
    """Mean with its BCa interval over tasks; see `bootstrap_ratio`.

    >>> shown = bootstrap_mean([100, 120, 130, 900])
    >>> shown.value, shown.low < 312.5 < shown.high < 900
    (312.5, True)
    """
    ones = [1.0] * len(values)
    estimate = bootstrap_ratio(values, ones, seed=seed, n_resamples=n_resamples)
    assert estimate is not None  # the denominator is the number of tasks
    return estimate


def _acceleration(pairs: Sequence[complex], whole: complex) -> float:
    """Skewness of the ratio, by leaving out each task once. 0 where that fails."""
    left = [whole - pair for pair in pairs]
    if not all(total.imag for total in left):
        return 0.0
    ratios = [total.real / total.imag for total in left]
    mean = sum(ratios) / len(ratios)
    away = [mean - ratio for ratio in ratios]
    squares = sum(each**2 for each in away)
    return sum(each**3 for each in away) / (6 * squares**1.5) if squares else 0.0


def _bca_shares(
    value: float, ratios: Sequence[float], acceleration: float
) -> tuple[float, float]:
    """Which quantiles of the resampled ratios bound the interval."""
    below = sum(r < value for r in ratios) + sum(r == value for r in ratios) / 2
    below = min(max(below, 0.5), len(ratios) - 0.5)
    bias = NORMAL.inv_cdf(below / len(ratios))

    def moved(share: float) -> float:
        z = bias + NORMAL.inv_cdf(share)
        return NORMAL.cdf(bias + z / (1 - acceleration * z))

    return moved(TAIL), moved(1 - TAIL)
