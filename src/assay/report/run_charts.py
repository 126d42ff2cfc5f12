"""The figures of a run's page: a chart, what it shows in words, its table twin."""

from __future__ import annotations

from collections.abc import Sequence

from assay.report.bars import differences, selection_bars, waterfall
from assay.report.charts import (
    Curve,
    ecdf,
    frontier,
    quantile_words,
    reliability,
)
from assay.report.findings import (
    arm_points,
    calibration_finding,
    frontier_finding,
    latency_finding,
    left_out_finding,
    score_words,
    seconds_by_arm,
    selection_finding,
    waterfall_finding,
)
from assay.report.html import (
    Html,
    el,
    figure,
    integer,
    interval,
    p_value,
    percent,
    points,
    table,
)
from assay.types.results import ArmSummary, Calibration, RunReport, Step


def frontier_figure(arms: Sequence[ArmSummary]) -> Html:
    """Accuracy against tokens."""
    name, caption = "Score against tokens", frontier_finding(arms)
    if not arm_points(arms):
        return el("p", caption)
    rows = [
        (a.arm, integer(a.tokens.mean if a.tokens else None), score_words(a))
        for a in arms
    ]
    head = ("arm", "tokens per task, mean", "score (95 % interval)")
    return figure(
        frontier(arm_points(arms), name="frontier-chart", desc=caption),
        caption,
        table(name, head, rows, numeric={1}),
        name=name,
    )


def waterfall_figure(report: RunReport) -> Html:
    """The rungs, one after the other."""
    name, caption = "What each rung adds", waterfall_finding(report.steps)
    if not report.steps:
        return el("p", caption)
    scores = {a.arm: a.score for a in report.arms}
    first = scores.get(report.steps[0].before)
    start = first.value if first else None
    chart = waterfall(report.steps, start, name="waterfall-chart", desc=caption)
    return figure(chart, caption, _steps(name, report.steps), name=name)


def left_out_figure(steps: Sequence[Step]) -> Html:
    """The whole method against itself without one rung."""
    name, caption = "Leave one out", left_out_finding(steps)
    if not steps:
        return el("p", caption)
    chart = differences(steps, name="left-out-chart", desc=caption)
    return figure(chart, caption, _steps(name, steps), name=name)


def selection_figure(arms: Sequence[ArmSummary]) -> Html:
    """Random candidate, submitted answer, oracle."""
    name, caption = "Random, submitted, oracle", selection_finding(arms)
    if not any(a.oracle or a.random is not None for a in arms):
        return el("p", caption)
    rows = [
        (
            a.arm,
            str(a.k),
            percent(a.random),
            score_words(a),
            interval(a.oracle),
            interval(a.efficiency),
        )
        for a in arms
    ]
    head = (
        "arm",
        "k",
        "random candidate",
        "submitted answer: pass@1-v(k)",
        "oracle: pass@k, no submission",
        "selection efficiency",
    )
    return figure(
        selection_bars(arms, name="selection-chart", desc=caption),
        caption,
        table(name, head, rows, numeric={1, 2}),
        name=name,
    )


def latency_figure(report: RunReport) -> Html:
    """How long the attempts of each arm took."""
    seconds = seconds_by_arm(report.attempts)
    name, caption = "Latency", latency_finding(report.arms, seconds)
    if not seconds:
        return el("p", caption)
    curves = [
        Curve(label=a.arm, values=tuple(seconds.get(a.arm, ()))) for a in report.arms
    ]
    rows = [
        (c.label, integer(len(c.values)), *quantile_words(c.values)) for c in curves
    ]
    head = ("arm", "attempts done", "p50", "p90", "p99")
    return figure(
        ecdf(curves, name="latency-chart", desc=caption),
        caption,
        table(name, head, rows, numeric={1, 2, 3, 4}),
        name=name,
    )


def calibration_figures(calibrations: Sequence[Calibration]) -> Html:
    """A reliability diagram for each arm that states a confidence."""
    if not calibrations:
        return el("p", "No arm of this run states a confidence.")
    return el(
        "div",
        *(_calibration(i, c) for i, c in enumerate(calibrations, start=1)),
        class_="pair",
    )


def _calibration(index: int, calibration: Calibration) -> Html:
    name = f"Calibration of {calibration.arm}"
    caption = calibration_finding(calibration)
    rows = [
        (
            f"{b.low * 100:.0f} to {b.high * 100:.0f} %",
            integer(b.n),
            percent(b.confidence) if b.n else "none",
            percent(b.right) if b.n else "none",
        )
        for b in calibration.bins
    ]
    head = ("confidence", "answers", "stated, mean", "right")
    return figure(
        reliability(calibration, name=f"calibration-{index}", desc=caption),
        caption,
        table(name, head, rows, numeric={1, 2, 3}),
        name=name,
    )


def _steps(name: str, steps: Sequence[Step]) -> Html:
    rows = [
        (s.name, s.arm, s.before, points(s.difference), p_value(s.p)) for s in steps
    ]
    head = ("rung", "arm with it", "arm without it", "difference (95 %)", "paired p")
    return table(name, head, rows, numeric={4})
