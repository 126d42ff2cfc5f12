"""A judge that reads a mark in each program, and arms played without a process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import anyio

from assay.bench.arms import parse_arm
from assay.bench.arms_child import AskedJudge, AskedModel
from assay.bench.desk import Desk
from assay.bench.messages import Played, Playing
from assay.bench.peer import Peer
from assay.bench.playing import PLAYS
from assay.budget import Limit
from assay.models.scripted import Scripted
from assay.trace import Trace
from assay.types import (
    Call,
    Candidate,
    Case,
    CaseResult,
    Input,
    IOMode,
    Isolation,
    Observation,
    Problem,
    Status,
    Verdict,
)
from bench import running

GIVEN = Problem(
    id="p",
    statement="Write `double(n)`.",
    io_mode=IOMode.FUNCTION,
    entry_point="double",
    starter_code="def double(n: int) -> int:\n    pass\n",
    cases=(Case(input=Call(args=(2,)), expected=4),),
)
NOTHING_GIVEN = replace(GIVEN, cases=())
MARK = re.compile(r"mark = '(\d+) (\w+) (\d+)'")


def program(number: int, *, passes: bool, kind: int = 0) -> str:
    mark = f"{number} {'pass' if passes else 'fail'} {kind}"
    return f"def double(n):\n    mark = '{mark}'\n    return mark\n"


def mark_of(code: str | None) -> tuple[int, bool, int] | None:
    if code is None:
        return None
    found = MARK.search(code)
    assert found is not None
    return int(found[1]), found[2] == "pass", int(found[3])


class Marks:
    """A judge that knows how a program does from the mark in it."""

    isolation = Isolation(tier="none", guarantees=frozenset())

    async def judge(self, candidate: Candidate, problem: Problem) -> Verdict:
        mark = mark_of(candidate.code)
        assert mark is not None
        status = Status.PASSED if mark[1] else Status.WRONG_ANSWER
        n_cases = len(problem.cases)
        return Verdict(
            candidate=candidate,
            results=(CaseResult(status=status, distance=1.0 - mark[1]),) * n_cases,
        )

    async def observe(
        self, candidate: Candidate, problem: Problem, inputs: tuple[Input, ...]
    ) -> tuple[Observation, ...]:
        mark = mark_of(candidate.code)
        assert mark is not None
        return (Observation(status=Status.FINISHED, value=mark[2]),) * len(inputs)


class AtDesk:
    """The steward's side, in this process: calls go to the desk as JSON."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def call(self, op: str, *, attempt: str, **fields: Any) -> Any:
        return await getattr(self._desk, op)(**fields)


def play(
    model: Scripted,
    arm: str,
    *,
    problem: Problem = GIVEN,
    limit: Limit | None = None,
    **how: Any,
) -> tuple[Played, Desk]:
    """Play an arm as its process does, and what the steward's books say."""
    read = parse_arm(arm) if not arm.startswith("recipe") else None
    kind = read.kind if read else "recipe"
    more = {"n": read.n, "without": list(read.without)} if read else {}
    limit = limit or Limit()
    desk = Desk(problem, model, Marks(), limit, lambda *_: None)
    peer = cast(Peer, AtDesk(desk))
    playing = Playing(
        arm=arm, more=more, tokens=limit.tokens, calls=limit.calls, n_max=8, **how
    )

    async def main() -> Played:
        with anyio.fail_after(60):
            return await PLAYS[kind](
                problem,
                AskedModel(peer, "a", model.identity),
                AskedJudge(peer, "a", Marks.isolation),
                playing,
                Trace(),
            )

    return anyio.run(main), desk


def replies(outcomes: Sequence[str]) -> list[str]:
    """A reply each: a program that passes or fails, or none at all."""
    return [
        "I cannot."
        if outcome == "none"
        else running.fenced(program(number, passes=outcome == "pass"))
        for number, outcome in enumerate(outcomes)
    ]
