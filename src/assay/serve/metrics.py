"""What happened, counted, in the text that Prometheus reads.

Labels hold what the server chose from few values, never what a client sent: a route is
the pattern that matched, not the path, as each new value is kept for good.

Source: the text format 0.0.4, prometheus.io/docs/instrumenting/exposition_formats.
"""

from __future__ import annotations

import math
import re
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import accumulate
from typing import Protocol

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Bounds of what a request may take, from a refusal to a long search."""

Values = tuple[str, ...]  # of the labels, in their order
_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL_NAME = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")


class Metric(Protocol):
    """A name with one number, or one histogram, for each set of label values."""

    def lines(self) -> Iterator[str]:
        """Its part of the text, as it is at this moment."""
        ...


def render(metrics: Iterable[Metric]) -> str:
    """The whole text, each metric under its help and its type."""
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines())


class _Named:
    """The name, the help and the labels, which are the same in all three kinds."""

    def __init__(self, name: str, told: str, labels: Values, kind: str) -> None:
        if not _METRIC_NAME.fullmatch(name):
            raise ValueError(f"no metric can be named {name!r}")
        for label in labels:
            if not _LABEL_NAME.fullmatch(label) or label == "le":
                raise ValueError(f"no label of {name} can be named {label!r}")
        self.name = name
        self._labels = labels
        self._head = (f"# HELP {name} {_escaped(told)}", f"# TYPE {name} {kind}")
        self._lock = threading.Lock()

    def _values(self, given: dict[str, str]) -> Values:
        if given.keys() != set(self._labels):
            raise ValueError(f"{self.name} has labels {self._labels}, not {[*given]}")
        return tuple(given[label] for label in self._labels)

    def _line(self, suffix: str, values: Values, number: float, *le: str) -> str:
        names = (*self._labels, *("le" for _ in le))
        pairs = zip(names, (*values, *le), strict=True)
        inner = ",".join(f'{name}="{_escaped(v, quote=True)}"' for name, v in pairs)
        braces = f"{{{inner}}}" if inner else ""
        return f"{self.name}{suffix}{braces} {shown(number)}"


class _Numbers(_Named):
    """One number for each set of label values; without labels it begins at 0."""

    def __init__(self, name: str, told: str, labels: Values, kind: str) -> None:
        super().__init__(name, told, labels, kind)
        self._numbers: dict[Values, float] = {} if labels else {(): 0}

    def value(self, **labels: str) -> float:
        """The number as it is now; 0 if there is none yet."""
        with self._lock:
            return self._numbers.get(self._values(labels), 0)

    def lines(self) -> Iterator[str]:
        """Its part of the text, sorted by label values."""
        with self._lock:
            numbers = sorted(self._numbers.items())
        yield from self._head
        for values, number in numbers:
            yield self._line("", values, number)

    def _add(self, amount: float, labels: dict[str, str]) -> None:
        values = self._values(labels)
        with self._lock:
            self._numbers[values] = self._numbers.get(values, 0) + amount


class Counter(_Numbers):
    """A number that only grows."""

    def __init__(self, name: str, told: str, labels: Values = ()) -> None:
        super().__init__(name, told, labels, "counter")

    def add(self, amount: float = 1, /, **labels: str) -> None:
        """Grow.

        Raises:
            ValueError: it would shrink, or the labels are not its own.
        """
        if not amount >= 0:
            raise ValueError(f"{self.name} only grows, not by {amount}")
        self._add(amount, labels)


class Gauge(_Numbers):
    """A number that goes up and down."""

    def __init__(self, name: str, told: str, labels: Values = ()) -> None:
        super().__init__(name, told, labels, "gauge")

    def add(self, amount: float = 1, /, **labels: str) -> None:
        """Change by so much, which may be less than nothing."""
        self._add(amount, labels)

    def set(self, number: float, /, **labels: str) -> None:
        """Be this from now on."""
        values = self._values(labels)
        with self._lock:
            self._numbers[values] = number


class Histogram(_Named):
    """How many were at most as large as each bound, how many in all, and their sum."""

    def __init__(
        self,
        name: str,
        told: str,
        labels: Values = (),
        *,
        bounds: tuple[float, ...] = SECONDS,
    ) -> None:
        super().__init__(name, told, labels, "histogram")
        if list(bounds) != sorted(set(bounds)) or not all(map(math.isfinite, bounds)):
            raise ValueError(f"the bounds of {name} must ascend and be finite")
        self._bounds = bounds
        self._series: dict[Values, tuple[list[int], float]] = {}

    def observe(self, number: float, /, **labels: str) -> None:
        """Count one."""
        values = self._values(labels)
        index = bisect_left(self._bounds, number)
        with self._lock:
            none = [0] * (len(self._bounds) + 1)
            counts, total = self._series.get(values, (none, 0.0))
            counts[index] += 1
            self._series[values] = (counts, total + number)

    def lines(self) -> Iterator[str]:
        """Its part of the text, sorted by label values."""
        with self._lock:
            found = sorted((v, tuple(c), t) for v, (c, t) in self._series.items())
        yield from self._head
        for values, counts, total in found:
            bounds = (*map(shown, self._bounds), "+Inf")
            for bound, so_far in zip(bounds, accumulate(counts), strict=True):
                yield self._line("_bucket", values, so_far, bound)
            yield self._line("_sum", values, total)
            yield self._line("_count", values, sum(counts))


def shown(number: float) -> str:
    """A number as the format has it.

    >>> shown(3.0), shown(0.25), shown(float("inf")), shown(float("nan"))
    ('3', '0.25', '+Inf', 'NaN')
    """
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    is_whole = number == int(number) and abs(number) < 1 << 53
    return str(int(number)) if isinstance(number, int) or is_whole else repr(number)


def _escaped(text: str, *, quote: bool = False) -> str:
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quote else text


def _counter(name: str, told: str, *labels: str) -> Counter:
    return field(default_factory=lambda: Counter(name, told, labels))


def _gauge(name: str, told: str) -> Gauge:
    return field(default_factory=lambda: Gauge(name, told))


def _histogram(name: str, told: str, *labels: str) -> Histogram:
    return field(default_factory=lambda: Histogram(name, told, labels))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerMetrics:
    """All that the server counts, from its start on."""

    requests: Counter = _counter(
        "assay_http_requests_total", "Requests answered.", "route", "status"
    )
    seconds: Histogram = _histogram(
        "assay_http_request_seconds", "From a request to its answer's end.", "route"
    )
    first_byte_seconds: Histogram = _histogram(
        "assay_http_first_byte_seconds",
        "From a request to its answer's first byte.",
        "route",
    )
    tokens: Counter = _counter(
        "assay_tokens_total",
        "Tokens of the exchanges that clients see (visible), and of all calls (spent).",
        "kind",
    )
    solves_running: Gauge = _gauge("assay_solves_running", "Solves that run.")
    solves_waiting: Gauge = _gauge("assay_solves_waiting", "Solves that wait.")
    cancelled: Counter = _counter(
        "assay_cancelled_total", "Requests whose client left before the answer's end."
    )
    upstream_faults: Counter = _counter(
        "assay_upstream_faults_total", "Calls of the model that failed."
    )
    sandbox_runs: Counter = _counter(
        "assay_sandbox_runs_total", "Programs run, by how they ended.", "status"
    )

    def text(self) -> str:
        """All of it, as `/metrics` answers with `CONTENT_TYPE`."""
        return render(getattr(self, each.name) for each in fields(self))
