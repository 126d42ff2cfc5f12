"""What one sample and a search are expected to bring for a task, and which is worth it.

The shares and tokens are measured (`gains`), the seconds follow from how fast this
server's engine was seen to write (`pace`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.serve.features import Features, features_of
from assay.serve.gains import Figures, Group, Table, nearest, tables
from assay.serve.pace import PRIOR_TOKENS_PER_S
from assay.serve.requests import Route
from assay.types import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """All that a way is chosen by, and what is expected of either."""

    features: Features
    group: Group
    table: Table
    model: str  # that answers here, measured or not
    tokens_per_s: float | None  # None: nothing was measured yet, the prior holds
    patience_s: float | None  # None: it is not known when the client gives up
    cost_us: float = 0.0  # what deciding took

    @property
    def rate(self) -> float:
        """Share of right answers that 1,000 tokens of a search add."""
        return self.group.rate

    @property
    def threshold(self) -> float:
        """The least such share that a search is worth."""
        return self.table.threshold.value

    @property
    def is_own(self) -> bool:
        """Whether the table is that of the model that answers."""
        return self.table.model == self.model

    @property
    def pace(self) -> float:
        """Tokens a second that are counted on."""
        return self.tokens_per_s or PRIOR_TOKENS_PER_S

    @property
    def two_samples_s(self) -> float:
        """How long the first two samples take, which come one after the other."""
        return 2 * self.seconds(Route.FAST)

    def of(self, route: Route) -> Figures:
        """What is expected of one way."""
        single = self.group.expected_single
        is_search = route is Route.SEARCH
        return single + self.group.expected_gain if is_search else single

    def seconds(self, route: Route) -> float:
        """How long one way takes, once it has its turn."""
        return self.of(route).tokens / self.pace

    def as_json(self) -> dict[str, Any]:
        """Plain data, for an answer and for the trace."""
        return {
            "group": str(self.features),
            "measured_with": self.table.model,
            "tasks": self.group.n_tasks,
            "fast": self._told(Route.FAST),
            "search": self._told(Route.SEARCH),
            "gain_per_1000_tokens": round(self.rate, 4),
            "threshold": self.threshold,
            "tokens_per_s": round(self.pace, 1),
            "is_pace_measured": self.tokens_per_s is not None,
            "patience_s": self.patience_s,
            "cost_us": round(self.cost_us, 1),
        }

    def _told(self, route: Route) -> dict[str, float]:
        found = self.of(route)
        return {
            "right": round(found.right, 4),
            "verified": round(found.verified, 4),
            "tokens": round(found.tokens, 1),
            "seconds": round(self.seconds(route), 2),
        }


def expectation(
    problem: Problem,
    model: str,
    *,
    tokens_per_s: float | None,
    patience_s: float | None,
) -> Expectation:
    """What is expected of a problem, by the table of the model or the nearest one.

    Args:
        model: Its name.
        tokens_per_s: As measured here; None: not yet.
        patience_s: How long the client can be kept waiting; None: not known.
    """
    table = nearest(model, tables())
    features = features_of(problem, long_from=table.long_from)
    return Expectation(
        features=features,
        group=table.group(features),
        table=table,
        model=model,
        tokens_per_s=tokens_per_s,
        patience_s=patience_s,
    )


def decided(expected: Expectation) -> tuple[Route, str]:
    """Which way is worth it, and why.

    One sample where a search adds less for its tokens than the least it pays for, or
    where the client leaves before a second sample is there. A client need not wait for
    the whole search: its first sample is the very one of the fast way, and cut short it
    hands out its best so far. So with time for a second sample it can only be better,
    and since early samples add more for their tokens than late ones, what a part of it
    adds for its tokens is no less than what the whole does. Not counted: the time that
    a solve waits for its turn.
    """
    waits, two = expected.patience_s, expected.two_samples_s
    if expected.rate < expected.threshold:
        return Route.FAST, f"{_told(expected)}, less than {_points(expected.threshold)}"
    if waits is not None and waits < two:
        reason = f"the client waits {waits:.0f} s, two samples take {two:.0f} s"
        return Route.FAST, reason
    return Route.SEARCH, _told(expected)


def _told(expected: Expectation) -> str:
    told = f"1,000 tokens more add {_points(expected.rate)} points"
    return told if expected.is_own else f"{told} (measured with {expected.table.model})"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"
