"""Charts of rungs and of selection: waterfall, differences, random against oracle."""

from __future__ import annotations

from collections.abc import Sequence

from assay.report.html import Html, join, label, p_value, percent
from assay.report.svg import (
    Scale,
    chart,
    hatch,
    line,
    marker,
    nothing,
    rect,
    text,
    whisker,
    x_axis,
)
from assay.types.results import ArmSummary, Estimate, Step

_LEFT, _RIGHT, _ROW = 214.0, 560.0, 34.0


def waterfall(
    steps: Sequence[Step], start: float | None, *, name: str, desc: str = ""
) -> Html:
    """What each rung adds to the score, one after the other, with its interval.

    Args:
        start: The score before the first rung. None: the chart starts at 0 and shows
            differences alone.
    """
    title = "What each rung adds to the score"
    if not steps:
        return nothing(name, title, "This run has no arms that differ by one rung.")
    base = start or 0.0
    levels = [base]
    for step in steps:
        levels.append(levels[-1] + step.difference.value)
    ends = [
        before + end
        for before, step in zip(levels, steps, strict=False)
        for end in (step.difference.low, step.difference.high)
    ]
    x = _scale([*levels, *ends], zero=start is None)
    up, down = f"{name}-up", f"{name}-down"
    rows: list[Html] = []
    if start is not None:
        rows.append(_level(0, label(steps[0].before, 26), start, x))
    for step, before in zip(steps, levels, strict=False):
        rows.append(_step(len(rows), step, before, x, (up, down)))
    if start is not None:
        rows.append(_level(len(rows), label(steps[-1].arm, 26), levels[-1], x))
    bottom = 12 + len(rows) * _ROW
    return chart(
        name,
        title,
        desc or f"{len(steps)} rungs.",
        (720, bottom + 46),
        hatch(up, "s2"),
        hatch(down, "s1", crossed=True),
        x_axis(x, 8, bottom, "share of tasks solved", _percents(x.ticks)),
        *rows,
    )


def differences(steps: Sequence[Step], *, name: str, desc: str = "") -> Html:
    """What the whole method owes to each rung: a point and its interval about 0."""
    title = "The whole method against itself without one rung"
    if not steps:
        return nothing(name, title, "This run has no arm that leaves a rung out.")
    x = _scale([e for s in steps for e in (s.difference.low, s.difference.high)], True)
    bottom = 12 + len(steps) * _ROW
    rows = []
    for i, step in enumerate(steps):
        y = 12 + (i + 0.5) * _ROW
        d = step.difference
        shape = 0 if d.value >= 0 else 1
        rows.append(
            join(
                (
                    text(_LEFT - 10, y + 4.5, label(step.name, 28), class_="end"),
                    whisker(x(d.low), x(d.high), y, f"s{shape}"),
                    marker(shape, x(d.value), y),
                    text(_RIGHT + 10, y + 4.5, _gain(step), class_="note"),
                )
            )
        )
    words = [f"{t * 100:+.3g}" if t else "0" for t in x.ticks]
    return chart(
        name,
        title,
        desc or f"{len(steps)} rungs.",
        (720, bottom + 46),
        x_axis(x, 8, bottom, "percentage points that the rung gives", words),
        line(x(0.0), 8, x(0.0), bottom, "axis"),
        *rows,
    )


def selection_bars(arms: Sequence[ArmSummary], *, name: str, desc: str = "") -> Html:
    """For each arm: a random candidate, the submitted answer, and the oracle."""
    title = "A random candidate, the submitted answer, and the oracle"
    shown = [a for a in arms if a.oracle is not None or a.random is not None]
    if not shown:
        return nothing(name, title, "No arm chose among candidates that were graded.")
    x = Scale(low=0.0, high=1.0, start=_LEFT, end=_RIGHT)
    plain, crossed = f"{name}-random", f"{name}-oracle"
    height = 3 * 21 + 20
    parts: list[Html] = []
    for i, arm in enumerate(shown):
        y = 12 + i * height
        bars = (
            ("random candidate", _exact(arm.random), f"url(#{plain})", "s5"),
            ("submitted answer", arm.score, None, "s0"),
            ("oracle: any of k", arm.oracle, f"url(#{crossed})", "s3"),
        )
        parts.append(
            text(8, y + 14, f"{label(arm.arm, 24)}, k = {arm.k}", class_="strong")
        )
        parts += [
            _bar(words, value, y + 22 + n * 19, x, fill, class_)
            for n, (words, value, fill, class_) in enumerate(bars)
        ]
    bottom = 12 + len(shown) * height
    return chart(
        name,
        title,
        desc or f"{len(shown)} arms.",
        (720, bottom + 46),
        hatch(plain, "s5"),
        hatch(crossed, "s3", crossed=True),
        x_axis(x, 8, bottom, "share of tasks solved", _percents(x.ticks)),
        *parts,
    )


def _bar(
    words: str,
    value: Estimate | None,
    y: float,
    x: Scale,
    fill: str | None,
    class_: str,
) -> Html:
    name = text(_LEFT - 10, y + 12, words, class_="note end")
    if value is None:
        return join((name, text(_LEFT + 6, y + 12, "not measured", class_="note")))
    solid = "" if fill else " solid"
    interval = None
    if value.high > value.low:
        interval = whisker(x(value.low), x(value.high), y + 7.5, "s4", halo=True)
    return join(
        (
            name,
            rect(
                x.start,
                y,
                x(value.value) - x.start,
                15,
                class_=f"bar {class_}{solid}",
                fill=fill,
            ),
            interval,
            text(_RIGHT + 10, y + 12, percent(value.value)),
        )
    )


def _step(
    row: int, step: Step, before: float, x: Scale, fills: tuple[str, str]
) -> Html:
    y = 12 + row * _ROW
    after = before + step.difference.value
    falls = step.difference.value < 0
    left, right = sorted((x(before), x(after)))
    low, high = before + step.difference.low, before + step.difference.high
    return join(
        (
            text(_LEFT - 10, y + 21, label(step.name, 28), class_="end"),
            rect(
                left,
                y + 7,
                max(right - left, 1.5),
                20,
                class_="bar s1" if falls else "bar s2",
                fill=f"url(#{fills[falls]})",
            ),
            whisker(x(low), x(high), y + 17, "s4", halo=True),
            line(x(after), y + 27, x(after), y + 41, "lead-line"),
            text(_RIGHT + 10, y + 21, _gain(step)),
        )
    )


def _level(row: int, words: str, score: float, x: Scale) -> Html:
    y = 12 + row * _ROW
    return join(
        (
            text(_LEFT - 10, y + 21, words, class_="end strong"),
            rect(x(score) - 3, y + 7, 6, 20, class_="bar s4 solid"),
            text(_RIGHT + 10, y + 21, percent(score), class_="strong"),
        )
    )


def _gain(step: Step) -> str:
    p = p_value(step.p)
    return f"{step.difference.value * 100 + 0.0:+.1f}, p {p if '<' in p else '= ' + p}"


def _scale(values: Sequence[float], zero: bool) -> Scale:
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = max((high - low) * 0.08, 0.01)
    low = max(low - room, 0.0) if not zero else low - room
    return Scale(low=low, high=high + room, start=_LEFT, end=_RIGHT)


def _percents(ticks: Sequence[float]) -> list[str]:
    return [f"{t * 100:.3g} %" for t in ticks]


def _exact(share: float | None) -> Estimate | None:
    if share is None:
        return None
    return Estimate(value=share, low=share, high=share)
