"""What `assay judge` does between its arguments and its exit status."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio

from assay.cli.interrupt import first_cancels
from assay.cli.sources import (
    open_stdin,
    read_program,
    source_of,
    with_limits,
    write_stdout,
)
from assay.cli.verdicts import (
    case_line,
    row_json,
    row_line,
    verdict_json,
    verdict_line,
)
from assay.config import Config, observations_file
from assay.errors import UsageError
from assay.judging.corpus import BadRow, RowResult, judge_rows, lines_of, read_rows
from assay.judging.judge import LocalJudge, open_judge
from assay.judging.languages import language_of_file
from assay.problems import read_problem
from assay.types import Candidate, IOMode, Problem, Status, Verdict

_INTERRUPTED = 130
_BLOCK = 1 << 16
_OURS = (Status.SANDBOX_FAILURE, Status.SKIPPED)
"""What a whole row may be that was not judged, for reasons of this computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the arguments of `assay judge` say, resolved."""

    config: Config
    program: str | None = None
    problem: str | None = None
    corpus: str | None = None
    language: str | None = None
    packages: tuple[str, ...] = ()
    tests: Path | None = None
    io_mode: str | None = None
    checker: str | None = None
    entry_point: str | None = None
    row: str | None = None
    as_json: bool = False
    sandbox: SandboxChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxChoice:
    """Whether there is one, and what it must hold."""

    unsafe: bool = False
    require: str = ""  # guarantees, with commas between

    @property
    def required(self) -> frozenset[str]:
        """The guarantees without which nothing is to run."""
        words = self.require.split(",")
        return frozenset(word.strip() for word in words if word.strip())


def run(job: Job) -> int:
    """Judge a program, or a corpus; print what was found; the exit status."""
    _require_one_task(job)
    if job.corpus is not None:
        return _run_corpus(job, job.corpus)
    assert job.program is not None
    assert job.problem is not None
    problem = _problem(job, job.problem)
    candidate = Candidate(code=read_program(job.program), made_by="user")
    verdict = anyio.run(_judge, job, candidate, problem)
    if verdict is None:
        return _INTERRUPTED
    if job.as_json:
        _say(json.dumps(verdict_json(verdict, problem, problem.language)))
    else:
        for result in verdict.results:
            _say(case_line(result))
        _say(verdict_line(verdict))
    if verdict.counted and verdict.status is Status.SKIPPED:
        return 3
    return 0 if verdict.passed else 1


def _require_one_task(job: Job) -> None:
    if job.corpus is None:
        if job.program is None or job.problem is None:
            missing = "PROGRAM" if job.program is None else "--problem FILE"
            raise UsageError(
                f"{missing} is missing; give PROGRAM --problem FILE, or --corpus FILE"
            )
        if job.program == job.problem == "-":
            raise UsageError(
                "the program and the problem cannot both come from stdin; name a file "
                "for one of them"
            )
        return
    alone = {
        "PROGRAM": job.program,
        "--problem": job.problem,
        "--language": job.language,
        "--packages": job.packages or None,
        "--tests": job.tests,
        "--io-mode": job.io_mode,
        "--checker": job.checker,
        "--entry-point": job.entry_point,
        "--row": job.row,
    }
    given = [name for name, value in alone.items() if value is not None]
    if given:
        raise UsageError(
            f"{given[0]} goes with one program, and each row of --corpus says its own; "
            "leave it out"
        )


def _problem(job: Job, source: str) -> Problem:
    if job.io_mode not in (None, "function", "stdin"):
        raise UsageError(f"--io-mode is {job.io_mode!r}; it is function or stdin")
    problem = read_problem(
        source_of(source),
        tests=job.tests,
        io_mode=IOMode(job.io_mode) if job.io_mode else None,
        checker=job.checker,
        entry_point=job.entry_point,
        row=job.row,
    )
    if not problem.has_given_tests:
        raise UsageError(
            f"problem {problem.id!r} has no case and no test, so there is nothing to "
            "judge by; give --tests FILE"
        )
    language = job.language or language_of_file(job.program or "-")
    problem = with_limits(problem, job.config.sandbox)
    return replace(problem, language=language, packages=job.packages)


def _opened(job: Job) -> AbstractAsyncContextManager[LocalJudge]:
    """The sandbox that was chosen."""
    return open_judge(
        slots=job.config.sandbox.sandbox_slots,
        unsafe=job.sandbox.unsafe,
        cache=observations_file(job.config, os.environ),
        backend=job.config.judging.backend,
        image=job.config.judging.image,
        require=job.sandbox.required,
    )


async def _judge(job: Job, candidate: Candidate, problem: Problem) -> Verdict | None:
    """The verdict; None if it was interrupted."""
    scope = anyio.CancelScope()
    with ExitStack() as signals:  # held until the sandbox is closed
        async with _opened(job) as judge:
            signals.enter_context(first_cancels(scope, "stopping"))
            with scope:
                return await judge.judge(candidate, problem)
    return None


def _run_corpus(job: Job, source: str) -> int:
    count: Counter[str] = Counter()

    def tell(result: RowResult) -> None:
        count["error" if isinstance(result, BadRow) else str(result.status)] += 1
        _say(json.dumps(row_json(result)) if job.as_json else row_line(result))

    with ExitStack() as files:
        if source == "-":
            descriptor = open_stdin("the corpus").fileno()
        else:
            try:
                descriptor = files.enter_context(Path(source).open("rb")).fileno()
                os.read(descriptor, 0)
            except OSError as error:
                raise UsageError(
                    f"the corpus {source!r} cannot be read ({error.strerror}); name a "
                    "file of JSON rows, or - for stdin"
                ) from error
        finished = anyio.run(_judge_corpus, job, descriptor, tell)
    if not count and finished:
        raise UsageError(
            f"the corpus {source!r} has no row; give one JSON object a line"
        )
    _summarise(count, finished)
    return exit_status(count, finished)


async def _judge_corpus(job: Job, descriptor: int, tell: Any) -> bool:
    """Whether all rows were judged, and not interrupted."""
    scope = anyio.CancelScope()
    with ExitStack() as signals:
        async with _opened(job) as judge:
            signals.enter_context(
                first_cancels(scope, "stopping after what was judged")
            )
            with scope:
                rows = read_rows(lines_of(_blocks_of(descriptor)))
                await judge_rows(judge, rows, tell, at_once=_at_once(job))
    return not scope.cancelled_caught


def _at_once(job: Job) -> int:
    """Rows in flight: enough that no slot waits for the next one to be read."""
    slots = job.config.sandbox.sandbox_slots or len(os.sched_getaffinity(0))
    return slots + 2


async def _blocks_of(descriptor: int) -> AsyncIterator[bytes]:
    """A file's bytes as they come. What comes slowly is waited for, not blocked on."""
    mode = os.fstat(descriptor).st_mode
    waits = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)
    while True:
        if waits:
            await anyio.wait_readable(descriptor)
        block = os.read(descriptor, _BLOCK)
        if not block:
            return
        yield block


def _summarise(count: Counter[str], finished: bool) -> None:
    told = ", ".join(f"{n} {name}" for name, n in count.most_common())
    end = "" if finished else "; interrupted, the rest was not judged"
    sys.stderr.write(f"assay: {count.total()} rows: {told or 'none'}{end}\n")


def exit_status(count: Counter[str], finished: bool) -> int:
    """Whether all rows of a corpus were judged, and if not, whose fault it was."""
    if not finished:
        return _INTERRUPTED
    if any(count[status] for status in _OURS):
        return 3
    return 2 if count["error"] else 0


def _say(line: str) -> None:
    write_stdout(line.encode("utf-8", "backslashreplace") + b"\n")
