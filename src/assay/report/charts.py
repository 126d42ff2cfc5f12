"""Charts of arms: accuracy against tokens, latency, calibration.

Each takes typed numbers and a name that is unique on its page, and gives an SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt

from assay.report.html import Html, amount, join, label, percent
from assay.report.svg import (
    Box,
    Scale,
    chart,
    dashes,
    line,
    log_scale,
    marker,
    nothing,
    path,
    place_label,
    series,
    text,
    whisker,
    width_of,
    x_axis,
    y_axis,
)
from assay.types.results import Calibration, Estimate

MOST_STEPS = 240  # of one curve's path


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """An arm in the plane of cost and score. `cost` is above 0."""

    label: str
    cost: float
    score: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """An arm and a number for each of its attempts, in any order."""

    label: str
    values: tuple[float, ...]


def pareto(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points that no other beats in cost and in score, cheapest first."""
    best: list[Point] = []
    for point in sorted(points, key=lambda p: (p.cost, -p.score.value)):
        if not best or point.score.value > best[-1].score.value:
            best.append(point)
    return tuple(best)


def frontier(points: Sequence[Point], *, name: str, desc: str = "") -> Html:
    """Score against tokens per task, with intervals and the line of the best."""
    title = "Score against tokens per task"
    if not points:
        return nothing(name, title, "No arm has both a score and counted tokens.")
    x = log_scale([p.cost for p in points], 64, 700)
    low = floor(min(p.score.low for p in points) * 10 - 0.5) / 10
    high = max(p.score.high for p in points) + 0.03
    y = Scale(low=max(0.0, low), high=min(1.0, max(high, low + 0.1)), start=350, end=34)
    room = Box(left=66, top=26, right=718, bottom=348)
    taken = [_around(x(p.cost), y(p.score.value), 8) for p in points] + [
        Box(left=x(p.cost) - 6, top=y(p.score.high), right=x(p.cost) + 6,
            bottom=y(p.score.low))
        for p in points
    ]  # fmt: skip
    labels: list[Html] = []
    for point in sorted(points, key=lambda p: -p.score.value):
        words = f"{label(point.label, 24)} {percent(point.score.value)}"
        drawn, box = place_label(
            words, x(point.cost), y(point.score.value), taken, room
        )
        labels.append(drawn)
        taken.append(box)
    best = [(x(p.cost), y(p.score.value)) for p in pareto(points)]
    whiskers = (
        whisker(y(p.score.low), y(p.score.high), x(p.cost), series(i), up=True)
        for i, p in enumerate(points)
    )
    marks = (marker(i, x(p.cost), y(p.score.value)) for i, p in enumerate(points))
    return chart(
        name,
        title,
        desc or f"{len(points)} arms.",
        (720, 400),
        x_axis(x, y.end, y.start, "tokens per task, mean (log scale)"),
        y_axis(y, x.start, x.end, "share of tasks solved"),
        path(best, class_="pareto") if len(best) > 1 else None,
        *whiskers,
        *marks,
        *labels,
    )


def ecdf(
    curves: Sequence[Curve], *, name: str, unit: str = "seconds", desc: str = ""
) -> Html:
    """For each arm the share of attempts done within a time; p50, p90, p99 marked."""
    title = f"Share of attempts done within so many {unit}"
    drawn = [(i, c) for i, c in enumerate(curves) if c.values]
    if not drawn:
        return nothing(name, title, "No attempt is done, so there is no time to show.")
    lowest = min((v for _, c in drawn for v in c.values if v > 0), default=1.0)
    x = log_scale([max(v, lowest) for _, c in drawn for v in c.values], 64, 700)
    legend, height = _legend([(i, label(c.label, 32)) for i, c in drawn], 64, 700)
    top = height + 30
    y = Scale(low=0.0, high=1.0, start=top + 290, end=top)
    parts: list[Html] = []
    for i, curve in drawn:
        steps = ecdf_steps(curve.values)
        places = [(x(max(v, lowest)), y(share)) for v, share in steps]
        parts.append(
            path(
                _stairs(places, y(0.0)),
                class_=f"line {series(i)}",
                stroke_dasharray=dashes(i),
            )
        )
        parts += [
            marker(i, x(max(quantile(curve.values, q), lowest)), y(q), 4.5)
            for q in (0.5, 0.9, 0.99)
        ]
    return chart(
        name,
        title,
        desc or f"{len(drawn)} arms.",
        (720, top + 340),
        x_axis(x, y.end, y.start, f"{unit} per attempt (log scale)"),
        y_axis(y, x.start, x.end, "share of attempts done"),
        *parts,
        legend,
    )


def ecdf_steps(values: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """The curve's corners (value, share up to it), thinned to what can be seen.

    >>> ecdf_steps([2, 1, 2, 4])
    ((1, 0.25), (2, 0.75), (4, 1.0))
    """
    ordered = sorted(values)
    n = len(ordered)
    corners = [
        (value, (i + 1) / n)
        for i, value in enumerate(ordered)
        if i + 1 == n or ordered[i + 1] != value
    ]
    if len(corners) > MOST_STEPS:
        last = len(corners) - 1
        kept = {round(i * last / (MOST_STEPS - 1)) for i in range(MOST_STEPS)}
        corners = [corners[i] for i in sorted(kept)]
    return tuple(corners)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed.

    >>> quantile([3, 1, 2, 10], 0.5), quantile([3, 1, 2, 10], 0.9)
    (2, 10)
    """
    ordered = sorted(values)
    index = -int(-share * len(ordered) // 1) - 1
    return ordered[min(max(index, 0), len(ordered) - 1)]


def reliability(calibration: Calibration, *, name: str, desc: str = "") -> Html:
    """Stated confidence against the share that was right, with counts."""
    title = f"Confidence of {label(calibration.arm)} against what was right"
    bins = [b for b in calibration.bins if b.n]
    if not bins:
        return nothing(name, title, "No attempt stated a confidence.")
    x = Scale(low=0.0, high=1.0, start=64, end=404)
    y = Scale(low=0.0, high=1.0, start=374, end=34)
    most = max(b.n for b in bins)
    taken = [_around(x(b.confidence), y(b.right), 8) for b in bins]
    for b in bins:
        top, bottom = sorted((y(b.right), y(b.confidence)))
        px = x(b.confidence)
        taken.append(Box(left=px - 2, top=top, right=px + 2, bottom=bottom))
    room = Box(left=66, top=20, right=430, bottom=372)
    parts: list[Html] = []
    for b in bins:
        px, py = x(b.confidence), y(b.right)
        drawn, box = place_label(f"n {b.n:,}", px, py, taken, room)
        taken.append(box)
        parts += [
            line(px, py, px, y(b.confidence), "lead-line"),
            marker(0, px, py, 4 + 5 * sqrt(b.n / most)),
            drawn,
        ]
    return chart(
        name,
        title,
        desc or f"{len(bins)} bins, expected calibration error {calibration.error:.3f}",
        (430, 424),
        x_axis(x, y.end, y.start, "stated confidence", _percents(x.ticks)),
        y_axis(y, x.start, x.end, "share that was right"),
        path([(x(0.0), y(0.0)), (x(1.0), y(1.0))], class_="pareto"),
        *parts,
    )


def quantile_words(values: Sequence[float]) -> tuple[str, str, str]:
    """p50, p90 and p99 as a table shows them."""
    if not values:
        return ("not measured",) * 3
    p50, p90, p99 = (amount(quantile(values, q), "s") for q in (0.5, 0.9, 0.99))
    return p50, p90, p99


def _percents(ticks: Sequence[float]) -> list[str]:
    return [f"{t * 100:.0f} %" for t in ticks]


def _around(x: float, y: float, r: float) -> Box:
    return Box(left=x - r, top=y - r, right=x + r, bottom=y + r)


def _stairs(
    places: Sequence[tuple[float, float]], floor_y: float
) -> list[tuple[float, float]]:
    """Corners of a curve that is level between its values."""
    before = floor_y
    stairs = []
    for x, y in places:
        stairs += [(x, before), (x, y)]
        before = y
    return stairs


def _legend(
    entries: Sequence[tuple[int, str]], left: float, right: float
) -> tuple[Html, float]:
    """Line samples with their names in rows, and how high they stand."""
    x, y = left, 14.0
    parts: list[Html] = []
    for index, words in entries:
        wide = 44 + width_of(words) + 18
        if x > left and x + wide > right:
            x, y = left, y + 20
        parts += [
            path(
                [(x, y), (x + 34, y)],
                class_=f"line {series(index)}",
                stroke_dasharray=dashes(index),
            ),
            marker(index, x + 17, y, 4.5),
            text(x + 42, y + 4.5, words),
        ]
        x += wide
    return join(parts), y + 8
