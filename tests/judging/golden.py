"""Programs with the status that each must get, and how to run them.

A program says in its first line what it is: `# assay: mode=stdin expect=time_limit
cpu=0.3`. The keys: `mode` (stdin, function), `expect` (statuses that are right, with
commas), `cpu` and `wall` (limits, in seconds), `landlock` (statuses that are right too
in the tier of one process, which refuses features), `input` (a text, with escapes).
The expected output is 5, or of the function `add` the sum.

As a script it reads a JSON object from its standard input, `{"programs": [names]}`, and
prints what they got, so that it can be run as another user or in other namespaces.
"""

from __future__ import annotations

import ctypes
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from assay.concurrency import gather
from assay.errors import JudgeUnavailable
from assay.judging.executor import Executor
from assay.types import Call, Limits, Observation, Status

FOLDER = Path(__file__).parents[1] / "golden"
ADDED = (((2, 3), 5), ((10, -4), 6), ((0, 0), 0))

_KEYS = {"mode", "expect", "cpu", "wall", "landlock", "input"}
_STATUSES = frozenset(map(str, Status))
_N_SLOTS = 4  # most of the time they wait for a limit
_SUBREAPER = 36
_ENDING_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """A program of the corpus and what its first line says of it."""

    name: str  # "class/name"
    source: str
    mode: str
    expect: frozenset[str]
    landlock: frozenset[str]
    limits: Limits
    text: str = "2 3\n"

    def allows(self, status: str, tier: str) -> bool:
        """Whether it may get that status in that tier."""
        more = self.landlock if tier == "landlock" else frozenset()
        return status in self.expect | more


def read(path: Path) -> Golden:
    """Read a program and its first line.

    Raises:
        ValueError: the first line is not of the form.
    """
    source = path.read_text("utf-8")
    comment, _, words = source.partition("\n")[0].partition(" assay: ")
    if comment not in ("#", "//"):
        raise ValueError(f"{path}: the first line does not begin with '# assay: '")
    said = dict(word.split("=", 1) for word in shlex.split(words))
    expect, landlock = _statuses(said["expect"]), _statuses(said.get("landlock", ""))
    unknown = (said.keys() - _KEYS) | ((expect | landlock) - _STATUSES)
    if unknown or not expect or said["mode"] not in ("stdin", "function"):
        raise ValueError(f"{path}: unknown words {sorted(unknown)} or no mode")
    return Golden(
        name=path.relative_to(FOLDER).with_suffix("").as_posix(),
        source=source,
        mode=said["mode"],
        expect=expect,
        landlock=landlock,
        # Much wall time: CPU time is the limit, on a busy computer too.
        limits=Limits(
            cpu_s=float(said.get("cpu", 1.5)), wall_s=float(said.get("wall", 12))
        ),
        text=said.get("input", "2 3\\n").encode().decode("unicode_escape"),
    )


def corpus(folder: str = "*") -> Iterator[Golden]:
    """The Python programs of a class, or of all, in the order of their names."""
    for path in sorted(FOLDER.glob(f"{folder}/*.py")):
        yield read(path)


def classes() -> list[str]:
    """The classes that hold Python programs."""
    return sorted({path.parent.name for path in FOLDER.glob("*/*.py")})


async def status_of(executor: Executor, program: Golden, **more: Any) -> str:
    """Run a program; what was expected is compared here, far from it."""
    source, limits = program.source, program.limits
    try:
        if program.mode == "stdin":
            (seen,) = await executor.run_stdin(source, [program.text], limits, **more)
            return _compared(seen, seen.stdout.rstrip("\n") == "5")
        calls = [Call(args=args) for args, _ in ADDED]
        if more:
            results = await executor.run_calls(source, "add", calls, limits, **more)
            return first_failure(results)
        async with executor.session(source, limits, entry_point="add") as session:
            for n, call in enumerate(calls):
                status = first_failure([await session.call(call)], n)
                if status != "passed":
                    return status
            return "passed"
    except JudgeUnavailable:  # no program may bring that about
        return str(Status.SANDBOX_FAILURE)


def first_failure(results: Sequence[Observation], first: int = 0) -> str:
    """The first status of calls that is not `passed`, the sums being right."""
    for seen, (_, expected) in zip(results, ADDED[first:], strict=False):
        is_right = type(seen.value) is int and seen.value == expected
        if (status := _compared(seen, is_right)) != "passed":
            return status
    return "passed"


def _compared(seen: Observation, is_right: bool) -> str:
    if seen.status is not Status.FINISHED:
        return str(seen.status)
    return str(Status.PASSED if is_right else Status.WRONG_ANSWER)


async def run(programs: Sequence[Golden]) -> tuple[str, dict[str, str]]:
    """The tier, and the status of each program by its name.

    Where the sandbox failed, the program is run again, alone: a computer that was too
    busy is not its doing, and what is its doing it does again.
    """
    async with Executor.open(slots=_N_SLOTS) as executor:
        statuses = await gather(
            partial(status_of, executor, program) for program in programs
        )
    by_name = {p.name: status for p, status in zip(programs, statuses, strict=True)}
    for program in programs:
        if by_name[program.name] == Status.SANDBOX_FAILURE:
            async with Executor.open(slots=1) as executor:
                by_name[program.name] = await status_of(executor, program)
    return executor.isolation.tier, by_name


def leftovers() -> list[str]:
    """The processes that outlive the executor, once the dying had time to die.

    We are the reaper of all that we started, however often it forked.
    """
    until = time.monotonic() + _ENDING_S
    while time.monotonic() < until:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return []
        time.sleep(0.02)
    return list(_our_children())


def _our_children() -> Iterator[str]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = stat.read_text(errors="replace").rsplit(")", 1)
        except OSError:
            continue
        if fields.split()[1] == str(os.getpid()):
            yield f"{name}) {fields.split()[0]}"


def _statuses(words: str) -> frozenset[str]:
    return frozenset(word for word in words.split(",") if word)


def main() -> None:
    """Run what standard input names, and print what came of it."""
    order = json.load(sys.stdin)
    programs = [read(FOLDER / f"{name}.py") for name in order["programs"]]
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    mounts = Path("/proc/self/mountinfo").read_bytes()
    try:
        tier, statuses = anyio.run(run, programs)
    except JudgeUnavailable as error:
        sys.stdout.write(json.dumps({"unavailable": str(error)}))
        return
    report = {
        "tier": tier,
        "statuses": statuses,
        "left": leftovers(),
        "mounts": Path("/proc/self/mountinfo").read_bytes() == mounts,
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
