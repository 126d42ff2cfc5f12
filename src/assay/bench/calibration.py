"""Limits for this computer, from what the reference needs on it.

A fixed limit scores a slow computer and not the program: the same answers of a known
benchmark got 0.40 on one and 0.23 on another. So a case may use a multiple of the CPU
time that the reference needed here, and never less than the dataset's own limit, or two
seconds where it states none; the wall limit is wide, so that a busy computer fails no
right program. Without a reference that passes, a case gets the reader's wide limit.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from assay.bench.tasks import Task
from assay.errors import ProblemError
from assay.judging.judge import LocalJudge
from assay.types import Candidate, Problem

FLOOR_S = 2.0  # of CPU for a case, where the dataset states no limit
FACTOR = 5.0  # of the reference's slowest case
EXTRA_S = 1.0
WALL_FACTOR = 10.0  # of the CPU limit
MOST_S = 120.0  # of CPU for a case, whatever the reference takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """The CPU limit of one case of a task on this computer, and what it rests on."""

    cpu_s: float
    reference_cpu_s: float | None = None  # None: there is no reference, or it failed
    reference: str = "none"  # passed | failed | none | not run
    missing: str = ""  # what this computer lacks to run the tests at all

    def applied(self, hidden: Problem) -> Problem:
        """The hidden problem under these limits."""
        limits = replace(
            hidden.limits, cpu_s=self.cpu_s, wall_s=WALL_FACTOR * self.cpu_s + 10
        )
        return replace(hidden, limits=limits)

    def as_json(self) -> dict[str, Any]:
        """Plain data, that `Calibrated(**data)` reads."""
        return asdict(self)


async def calibrate(task: Task, judge: LocalJudge) -> Calibrated:
    """Run the reference on the hidden cases, and set the limit by what it needed.

    Raises:
        JudgeUnavailable: the sandbox failed; nothing was shown.
    """
    base = task.hidden.limits.cpu_s
    reference = task.reference
    if reference is None:
        return Calibrated(cpu_s=base)
    wide = Calibrated(cpu_s=max(base, MOST_S)).applied(task.hidden)
    problem = replace(wide, language=reference.language)
    try:
        verdict = await judge.judge(
            Candidate(code=reference.code), problem, stop_at_failure=True
        )
    except ProblemError:
        return Calibrated(cpu_s=base, reference="not run")
    slowest = max((r.cpu_s for r in verdict.results), default=0.0)
    if not verdict.passed:
        return Calibrated(
            cpu_s=base, reference="failed", missing=_missing_module(verdict.results)
        )
    if reference.language != task.hidden.language:
        return Calibrated(cpu_s=base, reference="passed")  # another language's seconds
    return limits_by(task, slowest)


def limits_by(task: Task, slowest_s: float) -> Calibrated:
    """The limit where a right program needed so long for its slowest case."""
    wanted = FACTOR * slowest_s + EXTRA_S
    least = FLOOR_S if task.time_limit_s is None else task.hidden.limits.cpu_s
    return Calibrated(
        cpu_s=min(MOST_S, max(least, wanted)),
        reference_cpu_s=round(slowest_s, 3),
        reference="passed",
    )


def _missing_module(results: Any) -> str:
    """Where the tests import what is not installed, every program would fail."""
    for result in results:
        if "ModuleNotFoundError: No module named" in result.got_text:
            name = result.got_text.partition("No module named ")[2].split()[0]
            name = name.strip("'\"()").partition(".")[0].strip("'\"")
            return (
                f"the hidden tests import {name}, which is not installed here; "
                f"pip install {name}"
            )
    return ""
