"""What the ways of a task were predicted to bring, against what was found here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from assay.serve.expected import Expectation
from assay.serve.gains import Group, Kind, Table, nearest, tables
from assay.serve.pace import PRIOR_TOKENS_PER_S
from assay.serve.pages.access import Visitor
from assay.serve.requests import Route
from assay.serve.service import Service
from assay.serve.solves import Job, State
from assay.types import Solution, SolveStatus

CUT_SHORT = ("interrupted", "budget")  # solves that stopped for that


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A mean of some solves."""

    verified: float
    tokens: float  # of completions
    seconds: float  # from its turn to its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Solves of one group that went one way."""

    group: str
    route: Route
    n: int
    predicted: Told
    found: Told


def words_of(service: Service, visitor: Visitor) -> dict[str, Any]:
    """All that the template of the page asks for. Others' solves are not counted."""
    table = nearest(service.offers.name, tables())
    jobs = (j for j in service.solves.jobs.values() if visitor.may_see(j.asked))
    return {
        "table": table,
        "model": service.offers.name,
        "compared": compared(jobs),
        "kinds": [(name, kind, _rows(table, kind)) for name, kind in _kinds(table)],
        "pace": service.solves.pace.tokens_per_s,
        "prior": PRIOR_TOKENS_PER_S,
    }


def compared(jobs: Iterable[Job]) -> list[Compared]:
    """Predicted against found, for solves that came to their end by themselves."""
    groups: dict[tuple[str, Route], list[tuple[Expectation, Solution]]]
    groups = defaultdict(list)
    for job in jobs:
        expected, solution = job.asked.expected, job.solution
        if job.state is not State.DONE or expected is None or solution is None:
            continue
        if not _was_cut_short(solution):
            key = (str(expected.features), job.asked.route)
            groups[key].append((expected, solution))
    return [
        Compared(
            group=group,
            route=route,
            n=len(solves),
            predicted=_mean(_predicted(each, route) for each, _ in solves),
            found=_mean(_found(each) for _, each in solves),
        )
        for (group, route), solves in sorted(groups.items())
    ]


def _was_cut_short(solution: Solution) -> bool:
    return solution.stopped in CUT_SHORT or solution.stopped.startswith("a fault")


def _predicted(expected: Expectation, route: Route) -> Told:
    figures = expected.of(route)
    return Told(
        verified=figures.verified,
        tokens=figures.tokens,
        seconds=expected.seconds(route),
    )


def _found(solution: Solution) -> Told:
    return Told(
        verified=float(solution.status is SolveStatus.VERIFIED),
        tokens=solution.spend.usage.completion_tokens,
        seconds=solution.spend.seconds,
    )


def _mean(told: Iterable[Told]) -> Told:
    each = tuple(told)
    return Told(
        verified=fmean(one.verified for one in each),
        tokens=fmean(one.tokens for one in each),
        seconds=fmean(one.seconds for one in each),
    )


def _kinds(table: Table) -> tuple[tuple[str, Kind], ...]:
    return (
        ("Tasks with examples", table.with_examples),
        ("Tasks without examples", table.without_examples),
    )


def _rows(table: Table, kind: Kind) -> list[tuple[str, Group, bool]]:
    """What it is called, the group, and whether a search is worth it."""
    return [
        (
            "all of them" if group.features is None else str(group.features),
            group,
            group.rate >= table.threshold.value,
        )
        for group in (kind.whole, *kind.groups)
    ]
