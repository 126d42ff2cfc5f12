"""How many samples to draw next, and how warm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

BATCHES = (1, 1, 2, 4, 8, 16)


def batches(n_max: int, sizes: Sequence[int] = BATCHES) -> Iterator[range]:
    """Sample numbers batch by batch, `n_max` in all; the last size repeats.

    >>> [list(b) for b in batches(6)]
    [[0], [1], [2, 3], [4, 5]]
    """
    start, position = 0, 0
    while start < n_max:
        size = sizes[min(position, len(sizes) - 1)]
        yield range(start, min(start + size, n_max))
        start, position = start + size, position + 1


def temperature_for(
    n_samples: int, n_distinct: int, *, base: float = 0.7, most: float = 1.0
) -> float:
    """The temperature of the next batch: 0.1 more while most samples are repeats.

    Args:
        n_samples: Programs drawn so far.
        n_distinct: How many of them differ.
        base: Where it starts.
        most: Where it ends.

    >>> temperature_for(4, 1), temperature_for(4, 3)
    (0.8, 0.7)
    """
    if n_samples < 2:
        return base
    duplicate_rate = 1 - n_distinct / n_samples
    return min(most, round(base + 0.1, 2)) if duplicate_rate > 0.5 else base
