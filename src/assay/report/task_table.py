"""One row a task, one column an arm, and filters that need no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assay.report.html import Html, el, join, plural, safe_href, scroll, shorten
from assay.types.results import ArmSummary, Attempt, Outcome, RunReport

SolveHref = Callable[[Attempt], str | None]

CHANGES = {
    "fixed": "Fixed: {main} solves it and {base} does not",
    "broken": "Broken: {base} solves it and {main} does not",
    "both": "Both solve it",
    "neither": "Neither solves it",
    "pending": "Pending",
}
_GLYPHS = {
    Outcome.PASSED: ("✓", "good"),
    Outcome.FAILED: ("✗", "bad"),
    Outcome.PENDING: ("…", "wait"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A task with every arm's attempts, in the order of the seeds."""

    task: str
    change: str  # a key of CHANGES; empty with a single arm
    attempts: dict[str, tuple[Attempt, ...]]


def chosen_arms(arms: Sequence[ArmSummary]) -> tuple[str, str] | None:
    """The baseline, which is the first arm, and the main one: `assay`, or the last."""
    names = [a.arm for a in arms]
    if len(names) < 2:
        return None
    main = "assay" if "assay" in names[1:] else names[-1]
    return names[0], main


def rows_of(report: RunReport) -> tuple[Row, ...]:
    """The tasks in the order in which the attempts name them."""
    by_task: dict[str, dict[str, list[Attempt]]] = {}
    for attempt in report.attempts:
        arms = by_task.setdefault(attempt.task, {})
        arms.setdefault(attempt.arm, []).append(attempt)
    pair = chosen_arms(report.arms)
    rows = []
    for task, arms in by_task.items():
        attempts = {
            arm: tuple(sorted(found, key=lambda a: a.seed))
            for arm, found in arms.items()
        }
        rows.append(Row(task=task, change=_change(attempts, pair), attempts=attempts))
    return tuple(rows)


def task_table(report: RunReport, solve_href: SolveHref | None = None) -> Html:
    """The filters and the table; each outcome links to its solve's own page."""
    rows = rows_of(report)
    if not rows:
        return el("p", "This run has no attempts yet.")
    pair = chosen_arms(report.arms)
    arms = [a.arm for a in report.arms]
    head = [el("th", "task", scope="col"), *(el("th", a, scope="col") for a in arms)]
    if pair:
        head.append(el("th", "change", scope="col"))
    caption = f"{plural(len(rows), 'task')}: what became of each"
    return join(
        (
            _filters(rows, pair) if pair else None,
            _tools(),
            scroll(
                el(
                    "table",
                    el("caption", caption),
                    el("thead", el("tr", *head)),
                    el("tbody", *(_row(r, report, arms, solve_href) for r in rows)),
                ),
                caption,
            ),
        )
    )


def _change(
    attempts: dict[str, tuple[Attempt, ...]], pair: tuple[str, str] | None
) -> str:
    if pair is None:
        return ""
    base, main = (_solves(attempts.get(arm, ())) for arm in pair)
    if base is None or main is None:
        return "pending"
    if base == main:
        return "both" if base else "neither"
    return "fixed" if main else "broken"


def _solves(attempts: Sequence[Attempt]) -> bool | None:
    """Whether more than half of the seeds do. None: not known yet."""
    if not attempts or any(a.outcome is Outcome.PENDING for a in attempts):
        return None
    return 2 * sum(a.outcome is Outcome.PASSED for a in attempts) > len(attempts)


def _filters(rows: Sequence[Row], pair: tuple[str, str]) -> Html:
    counts = Counter(r.change for r in rows)
    base, main = (shorten(arm, 40) for arm in pair)
    choices = [("all", f"All ({len(rows):,})")]
    choices += [
        (key, f"{words.format(base=base, main=main)} ({counts[key]:,})")
        for key, words in CHANGES.items()
        if counts[key] or key != "pending"
    ]
    labels = (
        el(
            "label",
            el(
                "input",
                type="radio",
                name="show",
                value=key,
                id=f"show-{key}",
                checked=key == "all",
            ),
            words,
        )
        for key, words in choices
    )
    return el(
        "fieldset",
        el("legend", f"Show tasks, {main} against {base}"),
        *labels,
        class_="filters",
    )


def _tools() -> Html:
    """For the script: it makes this visible."""
    return el(
        "div",
        el("label", "Find ", el("input", type="search", autocomplete="off")),
        el("span", role="status"),
        class_="tools",
        hidden=True,
    )


def _row(
    row: Row, report: RunReport, arms: Sequence[str], solve_href: SolveHref | None
) -> Html:
    title = report.titles.get(row.task, "")
    facts = next(iter(row.attempts.values()))[0]
    more = ", ".join(w for w in (title, facts.difficulty, facts.date) if w)
    return el(
        "tr",
        el(
            "th",
            shorten(row.task, 120),
            el("small", shorten(more, 160)) if more else None,
            scope="row",
        ),
        *(_cell(row.attempts.get(arm, ()), solve_href) for arm in arms),
        el("td", row.change) if row.change else None,
        class_=row.change or None,
    )


def _cell(attempts: Sequence[Attempt], solve_href: SolveHref | None) -> Html:
    if not attempts:
        return el("td", "· not run", class_="quiet", data_key="3")
    n_passed = sum(a.outcome is Outcome.PASSED for a in attempts)
    key = n_passed / len(attempts)
    if len(attempts) == 1:
        return el("td", _outcome(attempts[0], solve_href), data_key=f"{1 - key:.2f}")
    tally = el("small", f"{n_passed} of {plural(len(attempts), 'seed')}")
    shown = join(join((_outcome(a, solve_href), " ")) for a in attempts)
    return el("td", shown, tally, data_key=f"{1 - key:.2f}")


def _outcome(attempt: Attempt, solve_href: SolveHref | None) -> Html:
    glyph, tone = _GLYPHS[attempt.outcome]
    words = "passed"
    if attempt.outcome is not Outcome.PASSED:
        words = shorten(attempt.reason.replace("_", " "), 60) or attempt.outcome.value
    shown = f"{glyph} {words}"
    href = safe_href(solve_href(attempt)) if solve_href else None
    if href:
        return el("a", shown, href=href, class_=tone)
    return el("span", shown, class_=tone)
