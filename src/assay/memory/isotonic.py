"""Isotonic regression: the non-decreasing steps that lie nearest to weighted points."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Neighbouring points that share one value, from the lowest x to the highest."""

    low: float
    high: float
    value: float
    weight: float


def isotonic(points: Iterable[tuple[float, float, float]]) -> tuple[Block, ...]:
    """Fit non-decreasing values to points of x, y and a positive weight.

    The weighted sum of squared errors is the least that any such values have, and
    their weighted mean is that of the points. Points of one x are one point. Takes
    n log n steps.

    Source: pool adjacent violators, Ayer et al. 1955, Annals of Mathematical
    Statistics 26, 641-647.

    >>> [(b.low, b.high, b.value) for b in isotonic([(1, 0, 1), (2, 1, 1), (3, 0, 1)])]
    [(1, 1, 0.0), (2, 3, 0.5)]

    Returns:
        Blocks by rising x, each value larger than the one before. Empty of no points.

    Raises:
        ValueError: a weight that is not positive.
    """
    blocks: list[Block] = []
    for block in _by_x(points):
        while blocks and blocks[-1].value >= block.value:
            block = _joined(blocks.pop(), block)
        blocks.append(block)
    return tuple(blocks)


def value_at(blocks: Sequence[Block], x: float) -> float:
    """The value at x: a block's within it, on the line between two, held at the ends.

    >>> value_at(isotonic([(0, 0, 1), (1, 1, 1)]), 0.25)
    0.25

    Raises:
        ValueError: no blocks.
    """
    if not blocks:
        raise ValueError("no blocks")
    place = bisect_left(blocks, x, key=lambda block: block.high)
    if place == len(blocks):
        return blocks[-1].value
    after = blocks[place]
    if x >= after.low or not place:
        return after.value
    before = blocks[place - 1]
    share = (x - before.high) / (after.low - before.high)
    return before.value + share * (after.value - before.value)


def _by_x(points: Iterable[tuple[float, float, float]]) -> Iterable[Block]:
    for x, group in groupby(sorted(points, key=itemgetter(0)), key=itemgetter(0)):
        ties = list(group)
        if any(weight <= 0 for _, _, weight in ties):
            raise ValueError("a weight is positive")
        weight = sum(weight for _, _, weight in ties)
        value = sum(y * weight for _, y, weight in ties) / weight
        yield Block(low=x, high=x, value=value, weight=weight)


def _joined(one: Block, next_: Block) -> Block:
    weight = one.weight + next_.weight
    value = (one.value * one.weight + next_.value * next_.weight) / weight
    return Block(low=one.low, high=next_.high, value=value, weight=weight)
