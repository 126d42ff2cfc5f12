"""A benchmark run as one page that a person can read in a minute."""

from __future__ import annotations

from assay.report.html import Html, el, join, plural, safe_href, section, table
from assay.report.html import page as whole_page
from assay.report.run_charts import (
    calibration_figures,
    frontier_figure,
    latency_figure,
    left_out_figure,
    selection_figure,
    waterfall_figure,
)
from assay.report.run_tables import arms_table, comparisons_table, provenance_table
from assay.report.task_table import SolveHref, chosen_arms, task_table
from assay.types.results import RunReport

MOST_LEAKS = 200

_PARTS = (
    ("arms", "Arms"),
    ("frontier", "Accuracy against tokens"),
    ("comparisons", "Comparisons"),
    ("rungs", "What each rung gives"),
    ("selection", "What selection loses"),
    ("latency", "Latency"),
    ("calibration", "Calibration"),
    ("tasks", "Tasks"),
    ("provenance", "Provenance"),
    ("commands", "The same numbers again"),
)


def run_page(
    report: RunReport,
    *,
    solve_href: SolveHref | None = None,
    back_href: str | None = None,
) -> str:
    """Write a run's page as one file that loads nothing and works without its script.

    Args:
        back_href: A link to the list of runs, within the site, or no link.
        solve_href: Gives the link to an attempt's own page, within the page's folder,
            or None where there is none. A link that leads elsewhere is left out.
    """
    parts = {
        "arms": arms_table(report.arms),
        "frontier": frontier_figure(report.arms),
        "comparisons": comparisons_table(report.comparisons),
        "rungs": el(
            "div",
            waterfall_figure(report),
            el("h3", "The whole method without one rung"),
            left_out_figure(report.left_out),
        ),
        "selection": selection_figure(report.arms),
        "latency": latency_figure(report),
        "calibration": calibration_figures(report.calibrations),
        "tasks": join((_tasks_words(report), task_table(report, solve_href))),
        "provenance": provenance_table(report),
        "commands": _commands(report),
    }
    back = safe_href(back_href)
    return whole_page(
        f"Run {report.run}: {report.dataset}",
        el(
            "header",
            el("p", el("a", "← All runs", href=back)) if back else None,
            el("h1", f"{report.dataset}: run {report.run}"),
            el("p", _scope(report), class_="quiet"),
        ),
        el("nav", el("ul", *_links()), aria_label="Sections"),
        el(
            "main",
            _status(report),
            _headline(report),
            _warnings(report),
            *(
                section(id_, title, parts[id_], class_=id_ if id_ == "tasks" else None)
                for id_, title in _PARTS
            ),
            id="main",
        ),
        script=True,
    )


def _links() -> list[Html]:
    return [el("li", el("a", words, href=f"#{id_}")) for id_, words in _PARTS]


def _scope(report: RunReport) -> str:
    tasks = len({a.task for a in report.attempts})
    seeds = max((a.n_seeds for a in report.arms), default=0)
    return (
        f"{plural(tasks, 'task')}, {plural(len(report.arms), 'arm')}, "
        f"{plural(seeds, 'seed')}; started {report.created}"
    )


def _status(report: RunReport) -> Html:
    if report.leaks or report.status == "invalid":
        return _invalid(report)
    pending = sum(a.n_pending for a in report.arms)
    if report.status == "complete" and not pending:
        words = "Every attempt is graded. No hidden case was found where none may be."
        return _banner("good", "✓ COMPLETE", words)
    words = "Not every attempt is made. Resume the run to finish it."
    if pending:
        words = (
            f"{plural(pending, 'attempt')} pending: an arm with pending attempts has "
            "no score. Resume the run to finish it."
        )
    return _banner("wait", f"… {report.status.upper()}", words)


def _headline(report: RunReport) -> Html | None:
    """What may be claimed. A claim made before its run was found invalid is none."""
    if not report.headline or (report.leaks and report.status != "invalid"):
        return None
    return el("p", report.headline, class_="lead")


def _invalid(report: RunReport) -> Html:
    n = len(report.leaks)
    found = f"{plural(n, 'leak')} of hidden cases found. " if n else ""
    rows = [
        (k.task, k.arm, str(k.seed), k.where, k.what) for k in report.leaks[:MOST_LEAKS]
    ]
    more = f", the first {MOST_LEAKS}" if n > MOST_LEAKS else ""
    head = ("task", "arm", "seed", "found in", "which hidden case")
    return join(
        (
            _banner(
                "bad",
                "✗ INVALID",
                f"{found}Nothing below may be quoted as a result.",
            ),
            table(f"Leaks{more}", head, rows, numeric={2}) if rows else None,
        )
    )


def _banner(tone: str, words: str, more: str) -> Html:
    return el("div", el("p", el("strong", words), " ", more), class_=f"banner {tone}")


def _warnings(report: RunReport) -> Html | None:
    if not report.warnings:
        return None
    return el("ul", *(el("li", f"Mind: {w}") for w in report.warnings))


def _tasks_words(report: RunReport) -> Html | None:
    pair = chosen_arms(report.arms)
    if pair is None:
        return None
    many = any(a.n_seeds > 1 for a in report.arms)
    seeds = " Solved is: by more than half of the seeds." if many else ""
    return el("p", f"Change is from {pair[0]} to {pair[1]}.{seeds}")


def _commands(report: RunReport) -> Html:
    if not report.commands:
        return el("p", "No command is recorded.")
    return el("pre", el("code", "\n".join(report.commands)), tabindex="0")
