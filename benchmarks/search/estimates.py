"""A statistic with its interval: the bootstrap over tasks."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from assay.bench.bootstrap import TAIL
from assay.bench.statistics import quantile
from assay.types.results import Estimate

N_RESAMPLES = 2000


def bootstrap(
    names: Sequence[str], statistic: Callable[[Sequence[str]], float], seed: int = 0
) -> Estimate:
    """The statistic over tasks, and over tasks drawn with replacement."""
    rng = random.Random(seed)
    draws = [statistic(rng.choices(names, k=len(names))) for _ in range(N_RESAMPLES)]
    return Estimate(
        value=statistic(names),
        low=quantile(draws, TAIL),
        high=quantile(draws, 1 - TAIL),
    )
