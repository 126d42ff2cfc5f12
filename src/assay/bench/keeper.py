"""The keeper's process: it alone reads the hidden cases, and grades with them.

`python -P -m assay.bench.keeper`, started by the steward with the dataset's path. What
leaves it: problems as a solver may see them, and of the hidden cases nothing but
whether a sealed program passed, how the first that it did not pass ended, and how many
there are. It never sees a model, and it is asked of an answer only after its seal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from assay.bench.answers import with_answers
from assay.bench.calibration import Calibrated, calibrate, limits_by
from assay.bench.datasets import Dataset, open_dataset
from assay.bench.peer import Handler, Peer, pickled, run_peer
from assay.bench.scan import Needles, needles_of
from assay.bench.selection import Chosen, choose
from assay.bench.tasks import Task
from assay.errors import (
    AssayError,
    JudgeUnavailable,
    ProblemError,
    ToolchainMissing,
    UsageError,
)
from assay.judging.judge import LocalJudge, open_judge
from assay.types import Candidate, Problem, Status, Verdict


class Keeper:
    """Holds the tasks of one dataset, and grades. One at work in a process."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._dataset: Dataset | None = None
        self._tasks: dict[str, Task] = {}
        self._needles: dict[str, Needles] = {}
        self._limits: dict[str, Calibrated] = {}
        self._grading: dict[tuple[str, str], anyio.Lock] = {}
        self._grades: dict[tuple[str, str], dict[str, Any]] = {}
        self._stack = AsyncExitStack()
        self._judge: LocalJudge | None = None
        self._opening = anyio.Lock()

    async def open(
        self,
        path: str,
        chosen: dict[str, Any],
        limits: dict[str, Any],
        sha256: str | None = None,
    ) -> dict[str, Any]:
        """Read the dataset, and tell what a solver may know of it.

        Raises:
            UsageError: it is not the one with that sha256.
        """
        dataset = await anyio.to_thread.run_sync(open_dataset, Path(path))
        if sha256 is not None and dataset.sha256 != sha256:
            raise UsageError(
                f"the dataset {path!r} has sha256 {dataset.sha256[:12]}…, but the run "
                f"was begun with {sha256[:12]}…; put the old file back, or begin "
                "another run"
            )
        tasks = choose(dataset.tasks, Chosen(**chosen))
        self._dataset = dataset
        self._tasks = {task.problem.id: task for task in tasks}
        self._limits = {name: Calibrated(**told) for name, told in limits.items()}
        return {
            "name": dataset.name,
            "format": dataset.format,
            "sha256": dataset.sha256,
            "n_rows": len(dataset.tasks),
            "tasks": [_told(task) for task in tasks],
        }

    async def grade(self, task: str, code: str) -> dict[str, Any]:
        """Run a sealed program on the hidden cases, once; equal ones share a grade."""
        key = (task, hashlib.sha256(code.encode("utf-8", "replace")).hexdigest())
        async with self._grading.setdefault(key, anyio.Lock()):
            if key not in self._grades:
                graded = await self._grade(self._tasks[task], code)
                if graded["outcome"] == "pending":
                    return graded
                self._grades[key] = graded
            return self._grades[key]

    async def _grade(self, task: Task, code: str) -> dict[str, Any]:
        try:
            judge = await self._open_judge()
            task, limits = await self._calibrated(task.problem.id, judge)
            verdict = await judge.judge(
                Candidate(code=code, made_by="sealed"),
                limits.applied(task.hidden),
                stop_at_failure=True,
            )
        except (JudgeUnavailable, ProblemError) as error:
            kind = (
                "a toolchain is missing" if isinstance(error, ToolchainMissing) else ""
            )
            return _pending(f"{kind} {error}".strip())
        if not verdict.counted:
            return _pending("no hidden case was counted, so nothing was shown")
        graded = _graded(verdict)
        return {**graded, "limits": limits.as_json()}

    async def _calibrated(
        self, name: str, judge: LocalJudge
    ) -> tuple[Task, Calibrated]:
        """The task with all its answers, and the limits of its cases."""
        async with self._grading.setdefault((name, "limits"), anyio.Lock()):
            task, slowest_s = await with_answers(self._tasks[name], judge)
            self._tasks[name] = task
            if name not in self._limits and slowest_s is not None:
                self._limits[name] = limits_by(task, slowest_s)
            elif name not in self._limits:
                self._limits[name] = await calibrate(task, judge)
        limits = self._limits[name]
        if limits.missing:
            raise JudgeUnavailable(limits.missing)
        return task, limits

    async def scan(self, task: str, prompts: list[str], inputs: list[str]) -> list[Any]:
        """Look for hidden cases in what an attempt asked and ran: their names only."""
        if task not in self._needles:
            self._needles[task] = needles_of(self._tasks[task])
        found = self._needles[task]
        hits = [["prompt", name] for name in found.in_prompts(prompts)]
        return hits + [["sandbox input", name] for name in found.in_inputs(inputs)]

    async def _open_judge(self) -> LocalJudge:
        async with self._opening:
            if self._judge is None:
                opened = open_judge(
                    slots=self._settings["slots"],
                    backend=self._settings["backend"],
                    image=self._settings["image"],
                    unsafe=self._settings["unsafe"],
                )
                self._judge = await self._stack.enter_async_context(opened)
            return self._judge

    async def close(self) -> None:
        """Close the sandboxes."""
        await self._stack.aclose()
        self._judge = None


def _told(task: Task) -> dict[str, Any]:
    """A task without what is hidden."""
    problem: Problem = task.problem
    shown = replace(problem)  # as read of the visible fields, and nothing else
    return {
        "id": problem.id,
        "title": problem.title,
        "problem": pickled(shown),
        "date": task.date,
        "difficulty": task.difficulty,
    }


def _graded(verdict: Verdict) -> dict[str, Any]:
    """What may be known of a verdict: no input, no answer, no name of a case."""
    bad = next((r for r in verdict.counted if r.status is not Status.PASSED), None)
    return {
        "outcome": "passed" if verdict.passed else "failed",
        "reason": "" if bad is None else str(bad.status),
        "n_cases": len(verdict.counted),
        "cpu_s": round(sum(r.cpu_s for r in verdict.results), 3),
    }


def _pending(reason: str) -> dict[str, Any]:
    return {"outcome": "pending", "reason": reason, "n_cases": 0, "cpu_s": 0.0}


def serve(peer: Peer, settings: dict[str, Any]) -> Mapping[str, Handler]:
    """Give what the steward may ask."""
    keeper = Keeper(settings)
    names = ("open", "grade", "scan", "close")
    return {name: partial(_asked, getattr(keeper, name)) for name in names}


async def _asked(method: Handler, **fields: Any) -> Any:
    try:
        return await method(**fields)
    except AssayError:
        raise
    except (MemoryError, RecursionError) as error:
        raise JudgeUnavailable(f"the keeper met {type(error).__name__}") from error


if __name__ == "__main__":
    run_peer(serve)
