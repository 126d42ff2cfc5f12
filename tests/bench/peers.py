"""A program of a few lines as a peer, played on one problem."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from assay.bench.messages import Played
from assay.bench.peer_command import play_command
from assay.types import Call, Case, IOMode, Problem

PROBLEM = Problem(
    id="own/double",
    title="double",
    statement="Write `double(n)` that returns twice n.",
    io_mode=IOMode.FUNCTION,
    entry_point="double",
    starter_code="def double(n: int) -> int:\n    pass\n",
    cases=(Case(input=Call(args=(2,)), expected=4),),
)
CODE = "def double(n):\n    return 2 * n\n"
READ = "import json, os, sys, time\ntold = json.load(sys.stdin)\n"


def play(
    folder: Path,
    source: str,
    *,
    problem: Problem = PROBLEM,
    seconds: float | None = None,
    tokens: int | None = None,
    hidden: tuple[Path, ...] = (),
) -> Played:
    """Have a program of this source answer a problem."""
    path = folder / "peer.py"
    path.write_text(source)
    budget = {"tokens": tokens, "seconds": seconds}

    async def main() -> Played:
        command = (sys.executable, str(path))
        with anyio.fail_after(90):
            return await play_command(command, problem, budget, hidden=hidden)

    return anyio.run(main)


def refused(played: Played, why: str) -> None:
    assert (played.answer, played.claim, played.candidates) == (None, "none", ())
    assert why in played.stopped
