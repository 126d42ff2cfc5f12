"""Graded answers of an imaginary model, drawn with a known chance to be right."""

from __future__ import annotations

from random import Random
from typing import Any

from assay.memory.calibration import Labelled
from assay.memory.features import Features


def features(**told: Any) -> Features:
    usual: dict[str, Any] = {
        "share": 0.5,
        "posterior": 0.8,
        "given_passed": 2,
        "given_total": 2,
        "n_inputs": 8,
        "n_samples": 4,
    }
    return Features(**{**usual, **told})


def drawn(n: int, *, seed: int = 0, **told: Any) -> list[Labelled]:
    """Rows whose chance to be right is the square of their share."""
    random = Random(seed)
    rows = []
    for index in range(n):
        share = random.choice([0.0, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9])
        one = features(share=share, posterior=random.random(), **told)
        right = random.random() < share**2
        rows.append(Labelled(task=f"t/{index}", features=one, right=right, stated=0.9))
    return rows
