"""A solve as lanes over time: model calls, sandbox runs, decisions."""

from __future__ import annotations

from dataclasses import dataclass

from assay.report.html import Html, join, label
from assay.report.solve_facts import Decision, Facts
from assay.report.svg import (
    Scale,
    chart,
    hatch,
    line,
    nothing,
    path,
    rect,
    text,
    x_axis,
)

MOST_ROWS = 60
_LEFT, _RIGHT, _ROW = 190.0, 700.0, 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something that took time. `kind`: model | repair | cases | inputs."""

    lane: str
    kind: str
    start_s: float
    end_s: float


_KINDS = (
    ("model", "model call", "s0"),
    ("repair", "model call, repair", "s3"),
    ("cases", "sandbox, given cases", "s2"),
    ("inputs", "sandbox, self-made inputs", "s5"),
)


def spans(facts: Facts) -> tuple[Span, ...]:
    """What took time, in the order of the lanes. Waits for a free slot are in it."""
    found = [
        Span(
            lane=f"call {c.number} {c.prompt}".strip(),
            kind="repair" if c.prompt == "repair" else "model",
            start_s=c.start_s,
            end_s=facts.end_s if c.end_s is None else c.end_s,
        )
        for c in facts.calls
    ]
    for p in facts.programs:
        if p.judged_s is not None:
            found.append(
                Span(lane=p.name, kind="cases", start_s=p.found_s, end_s=p.judged_s)
            )
        if p.judged_s is not None and p.observed_s is not None:
            found.append(
                Span(lane=p.name, kind="inputs", start_s=p.judged_s, end_s=p.observed_s)
            )
    return tuple(found)


def timeline(facts: Facts, *, name: str, desc: str = "") -> Html:
    """Draw the spans of a solve, and its decisions as numbered upright lines."""
    title = "Timeline of model calls, sandbox runs and decisions"
    shown = spans(facts)
    if not shown:
        return nothing(name, title, "This arm records no steps.")
    start = min(s.start_s for s in shown)
    lanes = tuple(dict.fromkeys(s.lane for s in shown))
    rows = {lane: i for i, lane in enumerate(lanes[:MOST_ROWS])}
    end = max(facts.end_s, start + 1e-3)
    x = Scale(low=0.0, high=end - start, start=_LEFT, end=_RIGHT)
    top = 56.0
    bottom = top + len(rows) * _ROW + 6
    bars = [
        _bar(s, x, start, top + rows[s.lane] * _ROW, name)
        for s in shown
        if s.lane in rows
    ]
    names = [
        text(_LEFT - 10, top + i * _ROW + 15, label(lane, 25), class_="note end")
        for lane, i in rows.items()
    ]
    return chart(
        name,
        title,
        desc or f"{len(lanes)} lanes.",
        (720, bottom + 46),
        hatch(f"{name}-repair", "s3"),
        hatch(f"{name}-inputs", "s5", crossed=True),
        _legend(name),
        x_axis(x, top, bottom, "seconds since the first call"),
        *names,
        *_decisions(facts.decisions, x, start, top, bottom),
        *bars,
    )


def _bar(span: Span, x: Scale, start: float, y: float, name: str) -> Html:
    left, right = x(span.start_s - start), x(span.end_s - start)
    return _swatch(span.kind, left, y + 4, max(right - left, 2.0), name)


def _swatch(kind: str, x: float, y: float, width: float, name: str) -> Html:
    class_ = next(c for k, _, c in _KINDS if k == kind)
    if kind in ("repair", "inputs"):
        fill = f"url(#{name}-{kind})"
        return rect(x, y, width, 14, class_=f"bar {class_}", fill=fill)
    return rect(x, y, width, 14, class_=f"bar {class_} solid")


def _legend(name: str) -> Html:
    places = ((12, 6), (130, 6), (300, 6), (484, 6))
    return join(
        join(
            (
                _swatch(kind, x, y, 16, name),
                text(x + 23, y + 12, words, class_="note"),
            )
        )
        for (kind, words, _), (x, y) in zip(_KINDS, places, strict=True)
    )


def _decisions(
    decisions: list[Decision], x: Scale, start: float, top: float, bottom: float
) -> list[Html]:
    """Upright lines; where two would stand on each other, only one number is put."""
    drawn: list[Html] = []
    last = -100.0
    for number, decision in enumerate(decisions, start=1):
        at = x(decision.at_s - start)
        drawn.append(path([(at, top - 6), (at, bottom)], class_="pareto"))
        if at - last >= 18:
            drawn.append(text(at, top - 11, f"d{number}", class_="note middle"))
            last = at
    if drawn:
        drawn.append(line(_LEFT, top - 6, _RIGHT, top - 6, "grid"))
    return drawn
