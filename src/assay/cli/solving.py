"""What `assay solve` does between its arguments and its exit status."""

from __future__ import annotations

import os
import platform
import re
import secrets
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from assay import __version__
from assay.budget import Budget, Limit, parse_limit
from assay.cli.confidence import table_for, told_of
from assay.cli.interrupt import first_cancels
from assay.cli.output import evidence_lines, solution_json
from assay.cli.progress import Progress
from assay.cli.sources import source_of, with_limits, write_stdout
from assay.config import SECRET, Config, observations_file, state_home
from assay.errors import EnvironmentFault, UsageError
from assay.judging.judge import open_judge
from assay.models.opening import open_model
from assay.problems import read_problem
from assay.repair import executed_facts
from assay.sampling.draw import SamplingSettings
from assay.solve import Recipe, calibrated, solve
from assay.trace import Listener, Trace
from assay.types import IOMode, ModelIdentity, Problem, Solution, SolveStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the arguments of `assay solve` say, resolved."""

    config: Config
    source: str
    tests: Path | None = None
    output: Path | None = None
    io_mode: str | None = None
    checker: str | None = None
    entry_point: str | None = None
    row: str | None = None
    unsafe: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A solve that ended, and how to tell it."""

    solution: Solution
    identity: ModelIdentity
    trace: Path | None
    tier: str
    output: Path | None
    learnt_from: str = ""  # what a calibrated confidence rests on
    abstain_below: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`."""
        return solution_json(self.solution, self.identity, self.trace, self.tier)

    def hand_out(self, *, as_json: bool) -> int:
        """Program to stdout or its file, evidence to stderr; the exit status."""
        code = self.solution.answer.code.rstrip() + "\n" if self.solution.answer else ""
        for line in self._lines():
            sys.stderr.write(line + "\n")
        if self.solution.abstained:
            return 1
        if code:
            self._write(code, as_json=as_json)
        if self.solution.status is SolveStatus.VERIFIED:
            return 0
        return 130 if not code and self.solution.stopped == "interrupted" else 1

    def _lines(self) -> list[str]:
        lines = evidence_lines(self.solution, self.trace, learnt_from=self.learnt_from)
        if self.solution.abstained:
            lines.insert(
                0,
                f"not sure enough: confidence {self.solution.confidence:.2f} is below "
                f"{self.abstain_below:g}; the program is in --json",
            )
        return lines

    def _write(self, code: str, *, as_json: bool) -> None:
        data = code.encode("utf-8", "surrogatepass")
        if self.output is None:
            if not as_json:
                write_stdout(data)
            return
        try:
            write_whole(self.output, data)
        except OSError as error:
            if not as_json:
                write_stdout(data)  # it was paid for: shown rather than lost
            raise EnvironmentFault(
                f"--output {str(self.output)!r} could not be written "
                f"({error.strerror}); the program stands on stdout instead"
            ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    What is no regular file (`/dev/null`, a pipe) is written to, never replaced.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path = path.resolve()  # a link stays, and what it points to is replaced
    unfinished = path.with_name(f".assay-{secrets.token_hex(4)}.partial")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def run(job: Job) -> Finished:
    """Read the problem, open model and sandbox, solve, close all."""
    problem = read(job)
    check_output(job.output)
    return anyio.run(_run, job, problem)


def read(job: Job) -> Problem:
    """The problem, with the limits of the settings."""
    if job.io_mode not in (None, "function", "stdin"):
        raise UsageError(f"--io-mode is {job.io_mode!r}; it is function or stdin")
    problem = read_problem(
        source_of(job.source),
        tests=job.tests,
        io_mode=IOMode(job.io_mode) if job.io_mode else None,
        checker=job.checker,
        entry_point=job.entry_point,
        row=job.row,
    )
    return with_limits(problem, job.config.sandbox)


def check_output(path: Path | None) -> None:
    """Refuse an output that cannot be written before anything is spent on it."""
    if path is None:
        return
    try:
        is_folder = path.is_dir()
    except OSError as error:
        raise UsageError(
            f"--output {str(path)!r} is no path ({error.strerror}); name a file"
        ) from error
    if is_folder:
        raise UsageError(f"--output {str(path)!r} is a folder; name a file")
    is_device = path.exists() and not path.is_file()  # written to as it stands
    if not os.access(path if is_device else path.parent, os.W_OK):
        raise UsageError(f"--output {str(path)!r}: its folder cannot be written to")


async def _run(job: Job, problem: Problem) -> Finished:
    config = job.config
    progress = None if job.quiet else Progress()
    trace = open_trace(job, problem, () if progress is None else (progress,))
    recipe, limit = method(config)
    scope = anyio.CancelScope()
    try:
        with ExitStack() as signals:  # held until model and sandbox are closed
            async with (
                open_judge(
                    slots=config.sandbox.sandbox_slots,
                    unsafe=job.unsafe,
                    cache=observations_file(config, os.environ),
                    backend=config.judging.backend,
                    image=config.judging.image,
                ) as judge,
                open_model(config) as model,
            ):
                table = table_for(config, model.identity)
                recipe = calibrated(recipe, table)
                signals.enter_context(first_cancels(scope))
                solution = await solve(
                    problem,
                    model,
                    judge,
                    recipe=recipe,
                    budget=Budget(limit),
                    trace=trace,
                    scope=scope,
                )
                return Finished(
                    solution=solution,
                    identity=model.identity,
                    trace=trace.path,
                    tier=judge.isolation.tier,
                    output=job.output,
                    learnt_from=told_of(table),
                    abstain_below=config.solve.abstain_below,
                )
    finally:
        trace.close()
        if progress is not None:
            progress.close()


def method(config: Config) -> tuple[Recipe, Limit]:
    """The recipe and the ceiling that the settings name."""
    chosen = config.solve
    sampling = SamplingSettings(
        temperature=chosen.temperature,
        top_p=chosen.top_p,
        max_tokens=chosen.max_tokens,
        seed=chosen.seed,
    )
    recipe = Recipe(
        sampling=sampling,
        n_max=chosen.n_max,
        n_inputs=chosen.n_inputs,
        stop_at=chosen.stop_at,
        sure_at=chosen.sure_at,
        repair=partial(executed_facts, max_tokens=chosen.max_tokens, seed=chosen.seed),
        abstain_below=chosen.abstain_below,
    )
    return recipe, parse_limit(chosen.budget or "")


def open_trace(job: Job, problem: Problem, listeners: tuple[Listener, ...]) -> Trace:
    """A trace in its own file. A folder nobody asked for may fail: then without."""
    chosen = job.config.solve
    if not chosen.trace:
        return Trace(None, listeners)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", problem.id).strip("-")[:60] or "problem"
    folder = chosen.trace_dir or state_home(os.environ) / "traces"
    path = folder / f"{stamp}-{name}-{secrets.token_hex(3)}.jsonl"
    try:
        trace = Trace(path, listeners)
    except EnvironmentFault as error:
        if chosen.trace_dir is not None:
            raise
        sys.stderr.write(f"assay: {error}; going on without a trace\n")
        return Trace(None, listeners)
    origins = dict(job.config.origins)
    trace.event(
        "settings",
        package=__version__,
        python=platform.python_version(),
        model=chosen_model(job.config),
        solve=asdict(chosen),
        sandbox=asdict(job.config.sandbox),
        judging=asdict(job.config.judging),
        origins=origins,
    )
    return trace


def chosen_model(config: Config) -> dict[str, Any]:
    """The model's settings without the key."""
    return {k: v for k, v in asdict(config.model).items() if k not in SECRET}
