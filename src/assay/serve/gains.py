"""What a search was measured to add to one sample, by what is known of a task before.

The numbers are those of `gains.json`, which `benchmarks/serve/gains.py` writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log
from typing import Any

from assay.serve.features import Examples, Features
from assay.types import IOMode
from assay.types.results import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is expected of a task."""

    right: float  # share of answers that the hidden tests accept
    verified: float  # share of answers that pass what was given
    tokens: float  # of completions

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            right=self.right + other.right,
            verified=self.verified + other.verified,
            tokens=self.tokens + other.tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found of a group of tasks: means with their intervals."""

    right: Estimate
    verified: Estimate
    tokens: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Tasks of which the same was known before. `expected_*` are pulled to the whole.

    The fewer tasks a group has, the more is it expected to be like all of its kind.
    """

    features: Features | None  # None: all tasks of a kind
    n_tasks: int
    single: Measured
    search: Measured
    gain: Measured  # by the search over the one sample, task by task
    expected_single: Figures
    expected_gain: Figures

    @property
    def rate(self) -> float:
        """Share of right answers that 1,000 tokens more are expected to add."""
        gain = self.expected_gain
        return 1000 * gain.right / gain.tokens if gain.tokens > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Tasks with examples, or tasks without."""

    whole: Group
    groups: tuple[Group, ...]
    weights: Mapping[str, float]  # tasks that the whole counts for, figure by figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a search of so many samples at most comes, over tasks with examples."""

    n: int
    right: float
    tokens: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One model's recorded runs, and the least gain that is worth its tokens."""

    model: str
    engine: str
    half: str  # of the tasks: the one that everything is chosen by
    n_orders: int
    n_samples: int  # of the whole search
    command: str
    sources: Mapping[str, str]  # file -> SHA-256
    long_from: int  # characters
    threshold: Estimate  # share of right answers for 1,000 tokens
    reason: str  # of the threshold
    steps: tuple[Step, ...]  # what the threshold is read off
    with_examples: Kind
    without_examples: Kind

    def group(self, features: Features) -> Group:
        """The group of a task; where there was none like it, the whole of its kind."""
        has_examples = features.examples is not Examples.NONE
        kind = self.with_examples if has_examples else self.without_examples
        found = (each for each in kind.groups if each.features == features)
        return next(found, kind.whole)


@cache
def tables() -> tuple[Table, ...]:
    """The tables of the package, read once."""
    text = files("assay.serve").joinpath("gains.json").read_text(encoding="utf-8")
    told = json.loads(text)
    return tuple(_table(each, told["command"]) for each in told["tables"])


def nearest(model: str, tables: Sequence[Table]) -> Table:
    """The table of a model, else of the one that is nearest to it in size.

    Sizes are read in the names; where one has none, the first table serves.
    """
    own = next((each for each in tables if each.model == model), None)
    size = parameters(model)
    if own is not None or size is None:
        return own or tables[0]
    return min(tables, key=lambda each: _distance(size, parameters(each.model)))


def parameters(name: str) -> float | None:
    """Billions of parameters, as a model's name tells them.

    >>> parameters("qwen2.5-coder-1.5b"), parameters("smollm2-135m"), parameters("x")
    (1.5, 0.135, None)
    """
    found = re.search(r"(?i)(?<![\d.])(\d+(?:\.\d+)?)([bm])(?![a-z0-9])", name)
    if found is None or not float(found[1]):
        return None
    return float(found[1]) * (1.0 if found[2] in "bB" else 0.001)


def _distance(size: float, other: float | None) -> float:
    return float("inf") if other is None else abs(log(size / other))


def _table(row: Mapping[str, Any], command: str) -> Table:
    threshold = row["threshold"]
    return Table(
        model=row["model"],
        engine=row["engine"],
        half=row["half"],
        n_orders=row["n_orders"],
        n_samples=row["n_samples"],
        command=command,
        sources=row["sources"],
        long_from=row["long_from"],
        threshold=_estimate(threshold["gain_per_1000_tokens"]),
        reason=threshold["reason"],
        steps=tuple(Step(**each) for each in row["steps"]),
        with_examples=_kind(row["with_examples"]),
        without_examples=_kind(row["without_examples"]),
    )


def _kind(row: Mapping[str, Any]) -> Kind:
    return Kind(
        whole=_group(row["whole"], None),
        groups=tuple(_groups(row["groups"])),
        weights=row["weights"],
    )


def _groups(rows: Sequence[Mapping[str, Any]]) -> Iterator[Group]:
    for row in rows:
        features = Features(
            examples=Examples(row["examples"]),
            io_mode=IOMode(row["io_mode"]),
            is_long=row["is_long"],
        )
        yield _group(row, features)


def _group(row: Mapping[str, Any], features: Features | None) -> Group:
    return Group(
        features=features,
        n_tasks=row["n_tasks"],
        single=_measured(row["single"]),
        search=_measured(row["search"]),
        gain=_measured(row["gain"]),
        expected_single=Figures(**row["expected"]["single"]),
        expected_gain=Figures(**row["expected"]["gain"]),
    )


def _measured(row: Mapping[str, Any]) -> Measured:
    return Measured(**{name: _estimate(found) for name, found in row.items()})


def _estimate(found: Sequence[float]) -> Estimate:
    value, low, high = found
    return Estimate(value=value, low=low, high=high)
