"""Does a dataset hold? Right programs must pass its hidden tests, wrong ones must fail.

Each row is judged in the sandbox with its reference, with programs that nobody could
take for an answer (empty, constant), with those the dataset itself knows to be wrong,
and with mutants of the reference. What this computer cannot run is reported as not
checked, never as holding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from assay.bench.check_task import TaskCheck, check_task
from assay.bench.datasets import Dataset
from assay.bench.tasks import Task
from assay.concurrency import gather
from assay.types import Judge


class Standing(StrEnum):
    """What became of a row."""

    HOLDS = "holds"
    FAILS = "does not hold"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What was found of a dataset, rows in its order.

    `holds` says that no row fails and that at least one was checked in full: rows that
    could not be checked say nothing, and are counted apart.
    """

    dataset: str
    format: str
    sha256: str
    holds: bool
    n_tasks: int
    n_holding: int
    n_failing: int
    n_not_checked: int
    n_harness_errors: int  # of the rows not checked: the sandbox failed
    n_mutants: int
    n_killed: int
    kill_rate: float | None  # None where no mutant was made
    isolation: str
    tasks: tuple[TaskCheck, ...]


OnResult = Callable[[TaskCheck], None]


async def check_dataset(
    dataset: Dataset,
    judge: Judge,
    *,
    at_once: int = 2,
    n_mutants: int = 8,
    on_result: OnResult = lambda result: None,
) -> CheckReport:
    """Check every task of a dataset.

    Args:
        at_once: Tasks in flight; as many as the judge has slots is enough.
        n_mutants: Most mutants a task, 0 for none. Each costs a run.
        on_result: Called with each task's result as it comes, in no fixed order.
    """
    results: dict[str, TaskCheck] = {}

    async def work(tasks: tuple[Task, ...]) -> None:
        for task in tasks:
            result = await check_task(task, judge, n_mutants=n_mutants)
            results[task.problem.id] = result
            on_result(result)

    lanes = max(1, at_once)
    await gather(partial(work, dataset.tasks[lane::lanes]) for lane in range(lanes))
    checked = tuple(results[task.problem.id] for task in dataset.tasks)
    return _report(dataset, checked, judge.isolation.tier)


def _report(dataset: Dataset, checked: tuple[TaskCheck, ...], tier: str) -> CheckReport:
    n_failing = sum(bool(each.failures) for each in checked)
    n_not_checked = sum(standing(each) is Standing.NOT_CHECKED for each in checked)
    n_holding = len(checked) - n_failing - n_not_checked
    n_mutants = sum(each.n_mutants for each in checked)
    n_killed = sum(each.n_killed for each in checked)
    return CheckReport(
        dataset=dataset.name,
        format=dataset.format,
        sha256=dataset.sha256,
        holds=not n_failing and n_holding > 0,
        n_tasks=len(checked),
        n_holding=n_holding,
        n_failing=n_failing,
        n_not_checked=n_not_checked,
        n_harness_errors=sum(each.harness_error for each in checked),
        n_mutants=n_mutants,
        n_killed=n_killed,
        kill_rate=n_killed / n_mutants if n_mutants else None,
        isolation=tier,
        tasks=checked,
    )


def standing(result: TaskCheck) -> Standing:
    """A row's standing. What fails counts even where not all could be checked."""
    if result.failures:
        return Standing.FAILS
    return Standing.NOT_CHECKED if result.not_checked else Standing.HOLDS
