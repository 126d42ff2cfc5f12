"""Expected answers that a dataset leaves to a program of its own, found by one run."""

from __future__ import annotations

from dataclasses import replace

from assay.bench.tasks import Task
from assay.types import Candidate, Case, Judge, Status


async def with_answers(task: Task, judge: Judge) -> tuple[Task, float | None]:
    """The task with cases in the place of tests that ask a program for each answer.

    Beside it, the CPU seconds of the slowest call, None where there was none.

    The program runs in the sandbox, under the hidden limits, and once: where any of its
    calls does not return, the tests that ask it stay for good.

    Raises:
        JudgeUnavailable: the sandbox failed.
    """
    by = task.answered_by
    if by is None:
        return task, None
    asked = replace(task.hidden, entry_point=by.entry_point, setup_code="")
    seen = await judge.observe(Candidate(code=by.code), asked, by.inputs)
    if any(each.status is not Status.FINISHED for each in seen):
        return replace(task, answered_by=None), None
    cases = tuple(
        Case(input=given, expected=each.value)
        for given, each in zip(by.inputs, seen, strict=True)
    )
    hidden = replace(task.hidden, cases=cases, test_code=(), checker=by.checker)
    slowest_s = max(each.cpu_s for each in seen)
    return replace(task, hidden=hidden, answered_by=None), slowest_s
