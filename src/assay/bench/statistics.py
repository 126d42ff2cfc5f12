"""Statistics for shares of tasks solved, from the standard library alone.

Every interval here is a 95 % interval and every test is two-sided. What resamples
stands in `bootstrap`, what plans a size in `power`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import ceil, comb, floor, gcd, inf, sqrt
from statistics import NormalDist, fmean

from assay.types.results import Bin, Estimate

Z = NormalDist().inv_cdf(0.975)
N_BISECTIONS = 60  # of an interval no longer than 2: below the last bit of a float


def pass_at_k(n: int, n_right: int, k: int) -> float:
    """Chance that k of n candidates, drawn without putting back, hold a right one.

    Unbiased and exact: whole numbers until the last division.

    Source: Chen et al. 2021, arXiv:2107.03374, equation 1.

    >>> pass_at_k(4, 1, 1), pass_at_k(4, 1, 2), pass_at_k(4, 3, 2)
    (0.25, 0.5, 1.0)

    Raises:
        ValueError: k is not from 1 to n, or n_right not from 0 to n.
    """
    if not (1 <= k <= n and 0 <= n_right <= n):
        raise ValueError(f"pass@{k} of {n} candidates, {n_right} of them right")
    return (comb(n, k) - comb(n - n_right, k)) / comb(n, k)


def wilson(n_passed: int, n: int) -> Estimate:
    """Share that passed, with Wilson's score interval without correction.

    Source: Wilson 1927, J. Am. Stat. Assoc. 22, 209-212.

    >>> shown = wilson(447, 599)
    >>> round(shown.low, 3), round(shown.high, 3)
    (0.71, 0.779)

    Raises:
        ValueError: n is no positive number, or n_passed not from 0 to n.
    """
    if not (n > 0 and 0 <= n_passed <= n):
        raise ValueError(f"{n_passed} passed of {n}")
    share = n_passed / n
    centre = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(share * (1 - share) / n + (Z / (2 * n)) ** 2) / (1 + Z * Z / n)
    return Estimate(
        value=share,
        low=centre - half if n_passed else 0.0,
        high=centre + half if n_passed < n else 1.0,
    )


def paired_difference(n_only_a: int, n_only_b: int, n: int) -> Estimate:
    """Share that a solves minus share that b solves, on the same n tasks.

    The interval is Tango's: the differences that a score test does not refuse. It has
    a width even where the two never disagree, and excludes 0 whenever the exact
    McNemar test refuses 0 at 5 %.

    Source: Tango 1998, Statistics in Medicine 17, 891-908; recommended by Fagerland,
    Lydersen and Laake 2014, Statistics in Medicine 33, 2850-2875.

    >>> shown = paired_difference(1, 7, 21)
    >>> round(shown.value, 3), round(shown.low, 3), round(shown.high, 3)
    (-0.286, -0.517, -0.026)

    Raises:
        ValueError: n is no positive number, or more tasks differ than there are.
    """
    if not (n > 0 and min(n_only_a, n_only_b) >= 0 and n_only_a + n_only_b <= n):
        raise ValueError(f"{n_only_a} and {n_only_b} differ, of {n} tasks")
    value = (n_only_a - n_only_b) / n

    def refused_from_below(difference: float) -> bool:
        return _score(n_only_a, n_only_b, n, difference) > Z

    def refused_from_above(difference: float) -> bool:
        return _score(n_only_a, n_only_b, n, difference) >= -Z

    return Estimate(
        value=value,
        low=_last_true(refused_from_below, -1.0, value) if value > -1 else -1.0,
        high=_last_true(refused_from_above, value, 1.0) if value < 1 else 1.0,
    )


def _score(b: int, c: int, n: int, difference: float) -> float:
    """Tango's statistic: what was seen, less `difference`, in standard errors.

    `q` is the likeliest share of tasks that only b solves, were `difference` true.
    """
    first = -b - c + (2 * n - b + c) * difference
    last = -c * difference * (1 - difference)
    q = (sqrt(max(first * first - 8 * n * last, 0.0)) - first) / (4 * n)
    variance = n * (2 * q + difference * (1 - difference))
    away = b - c - n * difference
    if variance > 0:
        return away / sqrt(variance)
    return inf if away > 0 else -inf if away < 0 else 0.0


def _last_true(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition that holds at the low end stops to hold, by bisection."""
    for _ in range(N_BISECTIONS):
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def mcnemar(n_only_a: int, n_only_b: int) -> float:
    """Exact two-sided p that tasks which only one of two solves fall evenly.

    1 where they never disagree: nothing was shown.

    Source: McNemar 1947, Psychometrika 12, 153-157, with the binomial in place of
    the normal distribution.

    >>> mcnemar(5, 0), mcnemar(3, 3), mcnemar(0, 0)
    (0.0625, 1.0, 1.0)
    """
    n = n_only_a + n_only_b
    ways, tail = 1, 0
    for i in range(min(n_only_a, n_only_b) + 1):
        tail += ways
        ways = ways * (n - i) // (i + 1)
    return min(1.0, 2 * tail / (1 << n))


def sign_flip(differences: Sequence[int]) -> float:
    """Exact two-sided p that a's and b's names could be swapped on any task.

    Takes one whole number a task: how many more of its seeds a solves than b. All
    ways to flip the signs are counted, none is drawn. With one seed this is McNemar's
    exact test.

    Source: Fisher 1935, The Design of Experiments, section 21.

    >>> sign_flip([3, 3, 1, -1]), sign_flip([1, 1, 1, 1, 1]), sign_flip([0, 2, -2])
    (0.375, 0.0625, 1.0)
    """
    unit = gcd(*differences) or 1
    sizes = [abs(difference) // unit for difference in differences if difference]
    least = (sum(sizes) - abs(sum(differences)) // unit) // 2
    # `ways` is a polynomial kept in one integer, `width` bits a coefficient: that of
    # x^s counts the choices of positive tasks whose sizes add up to s
    width = len(sizes) + 2
    ways = 1
    for size in sizes:
        ways += ways << (width * size)
    kept = ways & ((1 << (width * (least + 1))) - 1)
    tail = kept % ((1 << width) - 1)  # digits add up as in casting out nines
    return min(1.0, 2 * tail / (1 << len(sizes)))


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """P values corrected for their number, in the order given.

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    corrected = [0.0] * len(ps)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[index]))
        corrected[index] = largest
    return tuple(corrected)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie, with a line between two.

    Source: type 7 of Hyndman and Fan 1996, which numpy and R use too.

    >>> quantile([4, 1, 3, 2], 0.5), quantile([1, 2, 3, 4, 5, 6], 0.9)
    (2.5, 5.5)

    Raises:
        ValueError: no values, or a share that is not from 0 to 1.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError(f"quantile {share} of {len(values)} values")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low, high = ordered[floor(place)], ordered[ceil(place)]
    return low + (high - low) * (place - floor(place))


def reliability(
    stated: Sequence[tuple[float, bool]], *, n_bins: int = 10
) -> tuple[Bin, ...]:
    """Bins of equal width over pairs of a stated confidence and whether it was right.

    A bin holds its low edge, the last one its high edge too. Empty ones are left out.

    >>> [(b.low, b.n, b.right) for b in reliability([(0.95, True), (1.0, False)])]
    [(0.9, 2, 0.5)]

    Raises:
        ValueError: a confidence that is not from 0 to 1.
    """
    edges = [i / n_bins for i in range(n_bins + 1)]
    members: list[list[tuple[float, bool]]] = [[] for _ in range(n_bins)]
    for confidence, right in stated:
        if not 0 <= confidence <= 1:
            raise ValueError(
                f"a confidence of {confidence}; a confidence is a number from 0 to 1"
            )
        place = min(bisect_right(edges, confidence), n_bins) - 1
        members[place].append((confidence, right))
    return tuple(
        Bin(
            low=edges[place],
            high=edges[place + 1],
            n=len(pairs),
            confidence=fmean(confidence for confidence, _ in pairs),
            right=fmean(right for _, right in pairs),
        )
        for place, pairs in enumerate(members)
        if pairs
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: how far stated and right lie apart, 0 to 1.

    Source: Naeini et al. 2015, AAAI, as in Guo et al. 2017, arXiv:1706.04599.

    >>> round(calibration_error(reliability([(0.8, True), (0.8, False)])), 3)
    0.3

    Raises:
        ValueError: no bins.
    """
    n = sum(each.n for each in bins)
    if not n:
        raise ValueError("no confidence was stated")
    return sum(each.n * abs(each.confidence - each.right) for each in bins) / n
