"""How good confidences are: pairs of what was stated and whether it was right."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from statistics import fmean

Pair = tuple[float, bool]  # the stated confidence, and whether the answer was right


def brier(pairs: Sequence[Pair]) -> float:
    """Mean squared distance of stated and right, 0 to 1. Always 0.5 stated has 0.25.

    >>> brier([(1.0, True), (0.5, False)])
    0.125

    Raises:
        ValueError: no pairs, or a confidence that is not from 0 to 1.
    """
    _require(pairs)
    return fmean((stated - right) ** 2 for stated, right in pairs)


def log_loss(pairs: Sequence[Pair]) -> float:
    """Mean surprise in nats: what decides between two ways to state a confidence.

    >>> round(log_loss([(0.5, True), (0.5, False)]), 3)
    0.693

    Raises:
        ValueError: no pairs, or a confidence that is not between 0 and 1.
    """
    _require(pairs)
    if any(stated in (0, 1) for stated, _ in pairs):
        raise ValueError("a confidence of 0 or 1 may be infinitely wrong")
    return -fmean(log(stated if right else 1 - stated) for stated, right in pairs)


def precision_of_surest(pairs: Sequence[Pair], share: float = 0.5) -> float:
    """Share that was right of the surest `share` of the answers.

    Where the last place falls among equal confidences, each of these counts with the
    same part, so that the order of the pairs makes no difference.

    >>> precision_of_surest([(0.9, True), (0.2, False), (0.8, True), (0.1, True)])
    1.0
    >>> precision_of_surest([(0.5, True), (0.5, False)])
    0.5

    Raises:
        ValueError: no pairs, or a share that holds none of them.
    """
    _require(pairs)
    n_wanted = round(share * len(pairs))
    if not 0 < n_wanted <= len(pairs):
        raise ValueError(f"a share of {share} of {len(pairs)} answers")
    least = sorted((stated for stated, _ in pairs), reverse=True)[n_wanted - 1]
    above = [right for stated, right in pairs if stated > least]
    ties = [right for stated, right in pairs if stated == least]
    part = (n_wanted - len(above)) / len(ties)
    return (sum(above) + part * sum(ties)) / n_wanted


def coverage_precision(
    pairs: Sequence[Pair], threshold: float
) -> tuple[float, float | None]:
    """Share of tasks answered when less than `threshold` abstains, and of these right.

    The second is None where nothing is answered.

    >>> coverage_precision([(0.9, True), (0.4, False), (0.6, False)], 0.5)
    (0.6666666666666666, 0.5)

    Raises:
        ValueError: no pairs, or a confidence that is not from 0 to 1.
    """
    _require(pairs)
    answered = [right for stated, right in pairs if stated >= threshold]
    return len(answered) / len(pairs), fmean(answered) if answered else None


def _require(pairs: Sequence[Pair]) -> None:
    if not pairs:
        raise ValueError("no confidence was stated")
    if not all(0 <= stated <= 1 for stated, _ in pairs):
        raise ValueError("a confidence is a number from 0 to 1")
