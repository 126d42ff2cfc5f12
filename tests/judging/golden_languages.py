"""Runs the programs of the corpus that are in other languages than Python.

As a script it reads `{"folders": [languages]}` from its standard input and prints the
tier, the status of each program, what is missing, and what was left behind.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio

from assay.concurrency import gather
from assay.errors import JudgeUnavailable
from assay.judging import languages
from assay.judging.executor import Executor
from judging.golden import FOLDER, Golden, leftovers, read, status_of

NAMES = tuple(language.name for language in languages.LANGUAGES)
BOMB_CPU_S = 2.0  # enough for a compiler that is to meet its limit
COMPILE_BOMB = "/compile_"


def programs(name: str) -> list[Golden]:
    """The programs of a language, in the order of their names."""
    return [read(path) for path in sorted((FOLDER / name).iterdir())]


def is_compile_bomb(program: Golden) -> bool:
    """Whether its compiler may run into the limit of its time."""
    return COMPILE_BOMB in program.name and "time_limit" in program.expect


async def run(folders: Iterable[str]) -> dict[str, object]:
    """What each program gets."""
    statuses: dict[str, str] = {}
    missing: dict[str, str] = {}
    n_before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    async with Executor.open(slots=2) as executor:
        for name in folders:
            try:
                await executor.run_stdin(
                    "", [], programs(name)[0].limits, language=name
                )
            except JudgeUnavailable as error:
                missing[name] = str(error)
                continue
            all_ = programs(name)
            bombs = [each for each in all_ if is_compile_bomb(each)]
            others = [each for each in all_ if not is_compile_bomb(each)]
            statuses |= await _statuses(executor, others, name)
            whole = languages.LANGUAGES
            languages.LANGUAGES = tuple(
                replace(each, compile_cpu_s=BOMB_CPU_S) for each in whole
            )
            statuses |= await _statuses(executor, bombs, name)
            languages.LANGUAGES = whole
    n_after = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    return {
        "tier": executor.isolation.tier,
        "statuses": statuses,
        "missing": missing,
        "more_files": n_after - n_before,
    }


async def _statuses(
    executor: Executor, these: list[Golden], name: str
) -> dict[str, str]:
    calls = [partial(status_of, executor, each, language=name) for each in these]
    names = [each.name for each in these]
    return dict(zip(names, await gather(calls), strict=True))


def main() -> None:
    """Run what standard input names, and print what came of it."""
    order = json.load(sys.stdin)
    mounts = Path("/proc/self/mountinfo").read_bytes()
    try:
        report = anyio.run(run, order["folders"])
    except JudgeUnavailable as error:
        sys.stdout.write(json.dumps({"unavailable": str(error)}))
        return
    report["left"] = leftovers()
    report["mounts"] = Path("/proc/self/mountinfo").read_bytes() == mounts
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
