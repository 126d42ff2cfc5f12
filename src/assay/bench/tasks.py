"""A task: a problem, and beside it what only the grader's process may hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.types import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A program that is said to be right."""

    code: str
    language: str = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One row of a dataset, read. Only the grader's process and `check` hold one.

    `problem` is all that leaves that process; `hidden` is the same problem with the
    sealed cases, tests, checker and limits in the place of the given ones. A row whose
    hidden cases cannot be read, or are none, is no task: reading it raises.
    """

    problem: Problem
    hidden: Problem
    reference: Reference | None = None
    wrong: tuple[Reference, ...] = ()  # programs that the dataset knows to be wrong
    date: str | None = None  # YYYY-MM-DD, when the problem became public
    difficulty: str | None = None
    time_limit_s: float | None = None  # the dataset's own, where it states one
    meta: dict[str, str] = field(default_factory=dict)
