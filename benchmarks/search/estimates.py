"""A statistic with its interval: the bootstrap over tasks."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

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


def tell(told: dict[str, Any], key: str, found: Estimate) -> None:
    """Write an estimate into a table: the value, and its interval beside it."""
    told[key] = round(found.value, 4)
    told[f"{key}_ci"] = [round(found.low, 4), round(found.high, 4)]
