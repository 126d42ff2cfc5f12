"""Benchmark runs and their comparison, by the report's own parts; the doctor."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import anyio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assay.errors import UsageError
from assay.report.html import content_policy
from assay.report.run_charts import frontier_figure, latency_figure, selection_figure
from assay.report.run_page import run_page
from assay.report.run_tables import arms_table, comparisons_table, provenance_table
from assay.report.solve_page import solve_page
from assay.report.task_table import task_table
from assay.serve.pages.access import Visitor, here
from assay.serve.pages.looks import Compared, Finding, Runs
from assay.serve.pages.rendering import headers, report_page
from assay.serve.pages.solve_view import discreet
from assay.serve.pages.views import Pages
from assay.types.results import Attempt, RunReport

T = TypeVar("T")

# A factor of a comparison: more than one of these and nobody knows which one did it.
FACTORS = frozenset(
    {"dataset sha256", "window", "model", "model sha256", "engine", "sampling"}
    | {"seeds", "ceiling of an attempt", "prompts sha256", "machine"}
)
# state -> (glyph, words, tone)
FINDINGS = {
    "ok": ("✓", "ok", "good"),
    "warn": ("!", "works worse", "wait"),
    "no": ("✗", "does not work", "bad"),
    "none": ("·", "not here, nor needed", "quiet"),
}


class RunPages:
    """The pages of benchmark runs. What is read from disk is read in a thread."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._one_at_a_time = anyio.CapacityLimiter(1)

    async def _read(self, read: Callable[[], T]) -> T:
        """Read and write one page at a time: each may use a core for a while."""
        return await anyio.to_thread.run_sync(read, limiter=self._one_at_a_time)

    def _runs(self) -> Runs:
        if self._pages.looks.runs is None:
            raise UsageError("this server was started without a folder of runs")
        return self._pages.looks.runs

    async def list(self, request: Request, visitor: Visitor) -> Response:
        """Every run of the folder."""
        runs = self._pages.looks.runs
        rows = await self._read(runs.rows) if runs else []
        return self._pages.page(
            "runs.html",
            at="/runs",
            rows=rows,
            folder=runs.folder if runs else "",
            words=request.query_params.get("q", "").strip(),
        )

    async def run(self, request: Request, visitor: Visitor) -> Response:
        """One run: the report's own page, each outcome linked to its solve's."""
        runs, name = self._runs(), request.path_params["name"]

        def href(one: Attempt) -> str | None:
            if one.calls == 0:
                return None
            words = {"task": one.task, "arm": one.arm, "seed": one.seed}
            return f"/runs/{name}/solve?{urlencode(words)}"

        def write() -> str:
            report = _discreet(runs.report(name))
            return run_page(report, solve_href=href, back_href="/runs")

        try:
            text = await self._read(write)
        except UsageError as error:
            return self._pages.missing(str(error))
        return report_page(text, content_policy(script=True))

    async def solve(self, request: Request, visitor: Visitor) -> Response:
        """One attempt of a run."""
        runs, name, query = (
            self._runs(),
            request.path_params["name"],
            request.query_params,
        )
        task, arm, seed = (query.get(each, "") for each in ("task", "arm", "seed"))

        def write() -> str:
            number = int(seed) if seed.isascii() and seed.isdigit() else 0
            record = discreet(runs.solve(name, task, arm, number))
            return solve_page(record, back_href=f"/runs/{name}")

        try:
            text = await self._read(write)
        except UsageError as error:
            return self._pages.missing(str(error))
        return report_page(text, content_policy(script=False))

    async def compare(self, request: Request, visitor: Visitor) -> Response:
        """Two runs, or two arms, paired over the tasks that both have."""
        runs, query = self._runs(), request.query_params
        a, b = query.get("a", "").strip(), query.get("b", "").strip()
        if not a or not b:
            return RedirectResponse("/runs", 303, headers())
        try:
            words = await self._read(lambda: _parts(runs.compared(a, b)))
        except UsageError as error:
            return self._pages.missing(str(error))
        return self._pages.page("compare.html", at="/runs", a=a, b=b, **words)


def _parts(found: Compared) -> dict[str, Any]:
    report = _discreet(found.report)
    names = [name for name, _, _ in found.differing if name in FACTORS]
    return {
        "report": report,
        "differing": found.differing,
        "confounded": names if len(names) > 1 else [],
        "arms": arms_table(report.arms),
        "comparisons": comparisons_table(report.comparisons),
        "frontier": frontier_figure(report.arms),
        "selection": selection_figure(report.arms),
        "latency": latency_figure(report),
        "tasks": task_table(report),
        "provenance": provenance_table(report),
    }


def _discreet(report: RunReport) -> RunReport:
    told = tuple((name, here(value)) for name, value in report.provenance)
    attempts = tuple(replace(a, reason=here(a.reason)) for a in report.attempts)
    return replace(report, provenance=told, attempts=attempts)


class Doctor:
    """What this computer can do, tried when somebody asks, and then remembered."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._found: Sequence[Finding] | None = None
        self._at = 0.0
        self._turn = anyio.Lock()

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """What was found, tried now if it was not yet."""
        check = self._pages.looks.doctor
        async with self._turn:
            if check is not None and self._found is None:
                self._found = await anyio.to_thread.run_sync(check)
                self._at = time.time()
        return self._pages.page(
            "doctor.html",
            at="/doctor",
            findings=self._found,
            states=FINDINGS,
            checked=datetime.fromtimestamp(self._at, UTC),
        )

    async def again(self, request: Request, visitor: Visitor) -> Response:
        """Try everything again."""
        self._found = None
        return RedirectResponse("/doctor", 303, headers())
