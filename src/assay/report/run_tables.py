"""The tables of a run's page: arms, comparisons, provenance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assay.report.findings import score_words
from assay.report.html import (
    NOT_MEASURED,
    Html,
    amount,
    el,
    integer,
    join,
    p_value,
    percent,
    points,
    table,
)
from assay.types.results import ArmSummary, Comparison, RunReport, Spread


def arms_table(arms: Sequence[ArmSummary]) -> Html:
    """One row an arm: what it scores and all that it costs."""
    if not arms:
        return el("p", "This run has no arms.")
    head = (
        "arm",
        "score (95 % interval)",
        "solved",
        _per("tokens"),
        "tokens per solved",
        _per("seconds"),
        "model s, mean",
        "calls, mean",
        "rerun rate",
        "sandbox s, mean",
        "joules, mean",
        "money, total",
    )
    rows = [
        (
            a.arm,
            _score(a),
            _solved(a),
            _spread(a.tokens, integer),
            integer(a.tokens_per_solved) if a.tokens else NOT_MEASURED,
            _spread(a.seconds, amount),
            amount(a.model_seconds.mean if a.model_seconds else None),
            amount(a.calls.mean if a.calls else None),
            percent(a.rerun_rate),
            amount(a.sandbox_seconds.mean if a.sandbox_seconds else None),
            _cost(a.joules.mean if a.joules else None, a.joules_per_solved),
            _cost(a.money.total if a.money else None, a.money_per_solved),
        )
        for a in arms
    ]
    return table(
        "Each arm over all tasks and seeds; costs are per attempt",
        head,
        rows,
        numeric={2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
    )


def comparisons_table(comparisons: Sequence[Comparison]) -> Html:
    """Two arms a row, paired over tasks, and in words what may be claimed."""
    if not comparisons:
        return el("p", "This run compares no arms.")
    head = (
        "arms a and b",
        "what may be claimed",
        "difference, a minus b",
        "both",
        "only a",
        "only b",
        "neither",
        "p",
        "p, Holm",
        "tokens, a / b",
        "least that would show",
    )
    rows = [
        (
            f"{c.a} against {c.b}",
            c.words or "nothing is claimed",
            el("span", points(c.difference), class_="nowrap"),
            integer(c.n_both),
            integer(c.n_only_a),
            integer(c.n_only_b),
            integer(c.n_neither),
            p_value(c.p),
            p_value(c.p_holm),
            _ratio(c),
            f"{c.detectable * 100:.1f} points",
        )
        for c in comparisons
    ]
    return table(
        "Paired over the same tasks: exact McNemar with one seed, sign-flip with more; "
        "Holm corrects for all rows",
        head,
        rows,
        numeric={3, 4, 5, 6, 7, 8, 9, 10},
        words={1},
    )


def provenance_table(report: RunReport) -> Html:
    """Where these numbers come from, and what went wrong on the way."""
    rows = [
        ("run", report.run),
        ("dataset", report.dataset),
        ("started", report.created),
        *report.provenance,
        ("leaks of hidden cases", str(len(report.leaks))),
        ("harness errors", str(report.n_harness_errors)),
    ]
    return table("What was run, on what, with what", ("what", "value"), rows)


def _per(what: str) -> Html:
    return join((f"{what} per task", el("small", "mean, median, p90")))


def _score(arm: ArmSummary) -> Html:
    if arm.score is None:
        return el("span", score_words(arm))
    low, high = arm.score.low * 100, arm.score.high * 100
    return join(
        (
            el("strong", percent(arm.score.value), class_="nowrap"),
            el("small", f"{low:.1f} to {high:.1f}", class_="nowrap"),
        )
    )


def _solved(arm: ArmSummary) -> str | Html:
    done = arm.n_passed + arm.n_failed
    solved = f"{arm.n_passed:,}\xa0of\xa0{done:,}"
    if not arm.n_pending:
        return solved
    return join((solved, el("small", f"{arm.n_pending:,} pending")))


def _ratio(c: Comparison) -> str | Html:
    if c.tokens_ratio is None:
        return NOT_MEASURED
    interval = c.tokens_ratio_interval
    if interval is None:
        return f"{c.tokens_ratio:.2f}"
    bounds = el("small", f"{interval.low:.2f} to {interval.high:.2f}")
    return join((f"{c.tokens_ratio:.2f}", bounds))


def _spread(spread: Spread | None, write: Callable[[float | None], str]) -> str | Html:
    if spread is None:
        return NOT_MEASURED
    rest = f"{write(spread.median)}, {write(spread.p90)}"
    if spread.interval is not None:
        low, high = write(spread.interval.low), write(spread.interval.high)
        rest += f"; mean {low} to {high}"
    return join((write(spread.mean), el("small", rest)))


def _cost(number: float | None, per_solved: float | None) -> str | Html:
    if number is None:
        return NOT_MEASURED
    if per_solved is None:
        return amount(number)
    return join((amount(number), el("small", f"{amount(per_solved)} per solved")))
