"""What a run's charts show, each in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence

from assay.report.charts import Point, pareto
from assay.report.html import (
    NOT_MEASURED,
    amount,
    integer,
    interval,
    p_value,
    percent,
    plural,
    points,
)
from assay.types.results import ArmSummary, Attempt, Calibration, Outcome, Step

MOST_NAMED = 4  # arms in one sentence
NO_SCORE = "no score while attempts are pending"


def arm_points(arms: Sequence[ArmSummary]) -> tuple[Point, ...]:
    """The arms that have both a score and counted tokens."""
    return tuple(
        Point(label=a.arm, cost=a.tokens.mean, score=a.score)
        for a in arms
        if a.score is not None and a.tokens is not None and a.tokens.mean > 0
    )


def frontier_finding(arms: Sequence[ArmSummary]) -> str:
    """Which arms are worth their tokens, and which stand nowhere in the chart."""
    shown = arm_points(arms)
    words = []
    if shown:
        steps = ", then ".join(
            f"{p.label} ({percent(p.score.value)} at {integer(p.cost)} tokens)"
            for p in pareto(shown)
        )
        words.append(f"On the dotted line no arm is both cheaper and better: {steps}.")
    missing = [a.arm for a in arms if a.arm not in {p.label for p in shown}]
    if missing:
        why = f"tokens {NOT_MEASURED}, or {NO_SCORE}"
        words.append(f"Not drawn: {', '.join(missing)} ({why}).")
    return " ".join(words) or "There is no arm to draw."


def waterfall_finding(steps: Sequence[Step]) -> str:
    """Which rung gives most, and which take something away."""
    if not steps:
        return "This run has no arms that differ by one rung."
    best = max(steps, key=lambda s: s.difference.value)
    words = (
        f"Rung by rung, {best.name} adds most: {points(best.difference)}, paired "
        f"p {p_value(best.p)}."
    )
    down = [s.name for s in steps if s.difference.value < 0]
    if down:
        words += f" Below zero: {', '.join(down)}."
    return words


def left_out_finding(steps: Sequence[Step]) -> str:
    """Without which rung the method loses most."""
    if not steps:
        return "This run has no arm that leaves a rung out."
    best = max(steps, key=lambda s: s.difference.value)
    clear = [s.name for s in steps if s.difference.low > 0]
    return f"Without {best.name} the method loses most: {points(best.difference)}. " + (
        f"Intervals that lie above zero: {', '.join(clear)}."
        if clear
        else "No interval lies above zero, so no single rung is shown to help."
    )


def selection_finding(arms: Sequence[ArmSummary]) -> str:
    """How much of what was drawn the selection loses."""
    words = []
    for arm in arms:
        if arm.oracle is None or arm.score is None or arm.k < 2:
            continue
        lost = (arm.oracle.value - arm.score.value) * 100 + 0.0
        words.append(
            f"{arm.arm} submits {percent(arm.score.value)} where an oracle could pick "
            f"{percent(arm.oracle.value)}: selection loses {lost:.1f} points."
        )
    if not words:
        return "No arm chose among candidates that were graded."
    if len(words) > MOST_NAMED:
        words = [*words[:MOST_NAMED], "The other arms are in the table."]
    return " ".join(words) + " No submission is an oracle: it sees the hidden cases."


def latency_finding(arms: Sequence[ArmSummary], seconds: dict[str, list[float]]) -> str:
    """The median time of each arm."""
    words = [
        f"{a.arm} {amount(sorted(seconds[a.arm])[(len(seconds[a.arm]) - 1) // 2], 's')}"
        for a in arms
        if seconds.get(a.arm)
    ]
    if not words:
        return "No attempt is done, so there is no time to show."
    return (
        f"Half of all attempts are done within: {', '.join(words)}. Marks stand at "
        "p50, p90 and p99."
    )


def calibration_finding(calibration: Calibration) -> str:
    """Whether the stated confidence is too high or too low."""
    n = sum(b.n for b in calibration.bins)
    if not n:
        return f"{calibration.arm} stated no confidence."
    stated = sum(b.confidence * b.n for b in calibration.bins) / n
    right = sum(b.right * b.n for b in calibration.bins) / n
    gap = (stated - right) * 100
    lean = "about as much as was right"
    if abs(gap) >= 1:
        side = "too much" if gap > 0 else "too little"
        lean = f"{abs(gap):.1f} points {side}"
    return (
        f"{calibration.arm} states {lean} on average: {percent(stated)} stated, "
        f"{percent(right)} right, {plural(n, 'answer')}. Expected calibration error "
        f"{calibration.error * 100:.1f} points. On the dotted line both are equal."
    )


def score_words(arm: ArmSummary) -> str:
    """An arm's score with its interval, or why there is none."""
    return interval(arm.score, missing=NO_SCORE)


def seconds_by_arm(attempts: Sequence[Attempt]) -> dict[str, list[float]]:
    """The seconds of every attempt that is done."""
    found: dict[str, list[float]] = {}
    for a in attempts:
        if a.outcome is not Outcome.PENDING:
            found.setdefault(a.arm, []).append(a.seconds)
    return found
