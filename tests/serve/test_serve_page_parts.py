"""Runs, comparisons, checks, and the pure parts of the pages."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.budget import Budget, Limit, parse_limit
from assay.errors import UsageError
from assay.models.scripted import Scripted
from assay.problems import read_problem
from assay.report.html import content_policy
from assay.serve.features import Examples, Features
from assay.serve.pages import Compared, Looks, StoredModel
from assay.serve.pages.queue_view import public_address
from assay.serve.pages.rates import tokens_per_second
from assay.serve.pages.replay import curl_command, limit_text, solve_command
from assay.serve.pages.routing_view import compared
from assay.serve.requests import Route
from assay.serve.solves import Asked, Job, State
from assay.solve import Recipe
from assay.trace import TraceEvent
from assay.types import IOMode
from assay.types.results import RunReport, SolveRecord
from report.made_up import ARMS, made_up_run, made_up_solve
from report.page_reader import check_page
from serve.paging import get, post, shown, text
from serve.running_server import Running
from serve.test_serve_contract import solved
from serve.test_serve_expected import expected
from serve.test_serve_pages import check


class MadeUp:
    """Two runs that are not on any disk."""

    folder = "a <folder>"

    def rows(self) -> Sequence[Mapping[str, Any]]:
        """One whole run, and one that cannot be read."""
        return [
            {
                "run": "one",
                "status": "complete",
                "dataset": "<b>set</b>",
                "dataset_sha256": "ab" * 32,
                "model": None,
                "model_sha256": None,
                "arms": ["single", "assay"],
                "n_tasks": 12,
                "n_seeds": 1,
                "n_attempts": 24,
                "n_graded": 24,
                "created": "2026-01-01T00:00:00+00:00",
            },
            {"run": "two", "status": "unreadable: <i>no</i>"},
        ]

    def report(self, name: str) -> RunReport:
        """The whole one."""
        if name != "one":
            raise UsageError(f"there is no run {name!r}")
        return made_up_run(12, (ARMS[0], ARMS[3]))

    def solve(self, name: str, task: str, arm: str, seed: int) -> SolveRecord:
        """Any attempt."""
        return made_up_solve()

    def compared(self, a: str, b: str) -> Compared:
        """The whole one's arms."""
        found = (
            ("model", "small", "large"),
            ("sampling", "0", "1"),
            ("python", "", ""),
        )
        report = replace(self.report(a), headline="a <claim>", warnings=("w <w>",))
        return Compared(report=report, differing=found)


@dataclass(frozen=True)
class Found:
    """A finding."""

    name: str
    state: str
    found: str
    mend: str = ""


N_CHECKS: list[int] = []


def checks() -> list[Found]:
    """Count how often this was tried."""
    N_CHECKS.append(1)
    return [Found("<sandbox>", "no", "it <failed>", "mend <it>"), Found("x", "odd", "")]


@pytest.fixture(scope="module")
def looked() -> Iterator[Running]:
    """A server with something to look at."""
    stored = StoredModel(name="m", title="<t>", state="here", size="1 GiB")
    looks = Looks(runs=MadeUp(), doctor=checks, models=lambda: [stored])
    with shown(looks=looks) as server:
        yield server


def test_runs_are_listed_with_where_they_come_from(looked: Running) -> None:
    page = check(get(looked, "/runs"))
    assert "<b>set</b>" in page.words
    assert "abababababab" in page.words
    assert "unreadable: <i>no</i>" in page.words
    assert 'href="/runs/one"' in text(get(looked, "/runs"))
    assert "None is like that" in text(get(looked, "/runs?q=other"))


def test_a_run_is_the_report_s_own_page_under_its_own_policy(looked: Running) -> None:
    reply = get(looked, "/runs/one")
    assert reply.status == 200
    page = check_page(text(reply))
    policy = reply.headers["content-security-policy"]
    assert policy == f"{content_policy(script=True)}; frame-ancestors 'none'"
    links = [v for tag, name, v in page.attributes if (tag, name) == ("a", "href")]
    solves = [link for link in links if link.startswith("/runs/one/solve?task=")]
    assert len(solves) == 24
    assert "/runs" in links
    solve = get(looked, solves[0])
    assert solve.status == 200
    check_page(text(solve))
    assert 'href="/runs/one"' in text(solve)
    assert "there is no run 'other'" in check(get(looked, "/runs/other"), 404).words


def test_a_comparison_warns_where_more_than_one_thing_differs(looked: Running) -> None:
    page = check(get(looked, "/compare?a=one&b=one:single"))
    assert "a <claim>" in page.words
    assert "More than one thing differs: model, sampling" in page.words
    assert page.tags["svg"] >= 3
    assert get(looked, "/compare?a=one").headers["location"] == "/runs"
    check(get(looked, "/compare?a=x&b=y"), 404)


def test_checks_are_made_once_until_somebody_asks_again(looked: Running) -> None:
    N_CHECKS.clear()
    post(looked, "/doctor")
    for _ in range(2):
        page = check(get(looked, "/doctor"))
        assert "it <failed>" in page.words
        assert "→ mend <it>" in page.words
    assert len(N_CHECKS) == 1
    assert post(looked, "/doctor").headers["location"] == "/doctor"
    get(looked, "/doctor")
    assert len(N_CHECKS) == 2


def test_models_are_shown_as_the_command_line_has_them(looked: Running) -> None:
    page = check(get(looked, "/models"))
    assert "scripted-quality" in page.words
    assert "<t>" in page.words
    assert "1 GiB" in page.words


def asked(statement: str, limit: Limit | None = None) -> Asked:
    """A question with the usual method."""
    problem = replace(read_problem("Write f(x).", entry_point="f"), statement=statement)
    return Asked(
        problem=problem,
        model=Scripted(lambda request: ""),
        recipe=Recipe(),
        limit=limit or Limit(tokens=5),
    )


@pytest.mark.parametrize(
    "statement",
    ["plain", "'; touch x; $(touch y) `touch z`\nEND\n\"END_\n", "é\\n\nEND"],
)
def test_a_command_hands_on_the_very_task(tmp_path: Path, statement: str) -> None:
    for name in ("assay", "curl"):
        program = tmp_path / name
        program.write_text('#!/bin/sh\nfor a; do echo "$a" >&2; done\ncat\n')
        program.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    commands = (
        solve_command(asked(statement)),
        curl_command(asked(statement), "http://h:1", has_keys=True, route=Route.FAST),
    )
    first, second = (
        subprocess.run(
            ["sh", "-c", command],
            capture_output=True,
            text=True,
            env=path,
            check=True,
            cwd=tmp_path,
        )
        for command in commands
    )
    assert first.stdout == f"{statement}\n"
    assert "--budget\ntokens=5\n" in first.stderr
    assert "scripted-fast" in second.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["assay", "curl"]


@given(
    st.none() | st.integers(0, 10**9),
    st.none() | st.integers(0, 10**5),
    st.none() | st.integers(0, 999),
)
def test_a_ceiling_is_written_as_it_is_read(
    tokens: int | None, seconds: int | None, calls: int | None
) -> None:
    limit = Limit(tokens=tokens, seconds=seconds, calls=calls)
    assert limit == Limit() or parse_limit(limit_text(limit)) == limit


@pytest.mark.parametrize(
    ("stopped", "n"),
    [("samples", 1), ("budget", 0), ("interrupted", 0), ("a fault: no engine", 0)],
)
def test_what_was_found_is_of_solves_that_ended_by_themselves(
    stopped: str, n: int
) -> None:
    features = Features(examples=Examples.FEW, io_mode=IOMode.FUNCTION, is_long=False)
    to_solve = replace(asked(""), expected=expected(features))

    async def found() -> int:
        job = Job("a", to_solve, state=State.DONE)
        job.solution = replace(solved(), stopped=stopped)
        return sum(each.n for each in compared([job]))

    assert anyio.run(found) == n


def test_tokens_of_the_last_minute_are_counted_and_no_older_ones() -> None:
    now = 1_000_000.0

    def call(at_s: float, tokens: int) -> TraceEvent:
        data = {"call": int(at_s), "usage": {"completion_tokens": tokens}}
        data |= {"seconds": 10.0, "arrived_tokens": 0}
        return TraceEvent(kind="call", at_s=at_s, data=data)

    async def rates() -> list[float]:
        job = Job("a", asked("x"), budget=Budget())
        job.events.extend([call(10.0, 999), call(75.0, 100), call(90.0, 200)])
        job.ended = now
        return [tokens_per_second([job], now + later) for later in (0, 55, 61)]

    assert anyio.run(rates) == pytest.approx([300 / 60, 100 / 60, 0])


@pytest.mark.parametrize("url", ["", "http://[", "nothing", "http://u:p@/x"])
def test_an_address_that_is_none_is_not_told(url: str) -> None:
    assert public_address(url) == "not told"
