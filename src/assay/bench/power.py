"""How small a difference so many tasks can show, and how many tasks one needs."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, exp, lgamma, log, sqrt
from statistics import NormalDist

LEVEL = 0.05
POWER = 0.8
Z_LEVEL = NormalDist().inv_cdf(1 - LEVEL / 2)
Z_POWER = NormalDist().inv_cdf(POWER)
N_BISECTIONS = 20  # to a millionth


def power(n: int, difference: float, discordance: float) -> float:
    """Chance that exact McNemar at 5 % shows a true difference on n tasks.

    Exact: summed over every number of tasks on which the two disagree.

    Args:
        difference: Share that only a solves less share that only b solves, above 0.
        discordance: Share of tasks that only one of the two solves, at least that.

    >>> round(power(164, 0.1, 0.2), 3)
    0.789
    """
    wrong_way = (discordance - difference) / (2 * discordance)
    chance, below = 0.0, 0.0  # below: P(at most `limit` of m go the wrong way)
    limit = -1
    for m, critical in enumerate(_critical(n)):
        if m:
            below -= wrong_way * _binomial(limit, m - 1, wrong_way)
        if critical > limit:
            limit = critical
            below += _binomial(limit, m, wrong_way)
        chance += _binomial(m, n, discordance) * below
    return chance


@lru_cache(maxsize=64)
def _critical(n: int) -> tuple[int, ...]:
    """Most that may go one way of 0 to n discordant tasks for p <= 5 %, or -1."""
    limits: list[int] = []
    limit, below = -1, 0.0
    for m in range(n + 1):
        if m:
            below -= _binomial(limit, m - 1, 0.5) / 2
        more = below + _binomial(limit + 1, m, 0.5)
        if 2 * more <= LEVEL:
            limit, below = limit + 1, more
        limits.append(limit)
    return tuple(limits)


def _binomial(k: int, n: int, share: float) -> float:
    """Chance of exactly k of n."""
    if not 0 <= k <= n:
        return 0.0
    if share <= 0 or share >= 1:
        return float(k == (n if share >= 1 else 0))
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(share) + (n - k) * log(1 - share))


def detectable(n: int, discordance: float) -> float:
    """Smallest true difference that n tasks show in 4 of 5 runs, 1.0 if none.

    For one seed, by inverting the exact power of the exact McNemar test. Where the
    difference would exceed `discordance`, all tasks that differ are taken to differ
    one way.

    >>> round(detectable(164, 0.15), 3), detectable(5, 0.2)
    (0.087, 1.0)
    """
    low, high = 0.0, 1.0
    for _ in range(N_BISECTIONS):
        middle = (low + high) / 2
        if power(n, middle, max(middle, discordance)) < POWER:
            low = middle
        else:
            high = middle
    return 1.0 if low > 1 - 2 ** (1 - N_BISECTIONS) else high


def tasks_needed(difference: float, discordance: float) -> int:
    """Tasks on which a difference like this one is shown in 4 of 5 runs.

    The normal approximation with a continuity correction, as the test is the exact
    one: within a few per cent of its exact power.

    Source: Miettinen 1968, Biometrics 24, 339-352; Connor 1987, Biometrics 43,
    207-211. Differs: the correction, by which |b - c| is less by one.

    >>> tasks_needed(0.1, 0.2), tasks_needed(0.01, 0.1)
    (175, 8046)

    Raises:
        ValueError: no difference, or less discordance than difference.
    """
    size = abs(difference)
    if not 0 < size <= discordance <= 1:
        raise ValueError(f"a difference of {difference} with {discordance} discordant")
    spread = Z_LEVEL * sqrt(discordance) + Z_POWER * sqrt(discordance - size * size)
    return ceil(((spread + sqrt(spread * spread + 4 * size)) / (2 * size)) ** 2)


def detectable_mean(n: int, deviation: float) -> float:
    """Smallest mean difference that n tasks show in 4 of 5 runs, several seeds.

    The normal approximation.

    Args:
        deviation: Standard deviation over tasks of a task's mean difference.

    >>> round(detectable_mean(100, 0.25), 4)
    0.07
    """
    return min(1.0, (Z_LEVEL + Z_POWER) * deviation / sqrt(n))


def tasks_needed_mean(difference: float, deviation: float) -> int:
    """Tasks on which such a mean difference is shown; see `detectable_mean`.

    >>> tasks_needed_mean(0.07, 0.25)
    101
    """
    return ceil(((Z_LEVEL + Z_POWER) * deviation / difference) ** 2)
