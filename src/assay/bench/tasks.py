"""A task: a problem, and beside it what only the grader's process may hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.types import Call, Checker, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A program that is said to be right."""

    code: str
    language: str = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredBy:
    """Hidden calls whose right answers are what a program of the dataset returns."""

    code: str
    entry_point: str
    inputs: tuple[Call, ...]
    checker: Checker


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One row of a dataset, read. Only the grader's process and `check` hold one.

    `problem` is all that leaves that process; `hidden` is the same problem with the
    sealed cases, tests, checker and limits in the place of the given ones. A row whose
    hidden cases cannot be read, or are none, is no task: reading it raises. Where there
    is `answered_by`, `bench.answers.with_answers` makes cases of it, by one run of that
    program; until then, and where that fails, `hidden` has tests as code that run it.
    """

    problem: Problem
    hidden: Problem
    answered_by: AnsweredBy | None = None
    reference: Reference | None = None
    wrong: tuple[Reference, ...] = ()  # programs that the dataset knows to be wrong
    date: str | None = None  # YYYY-MM-DD, when the problem became public
    difficulty: str | None = None
    time_limit_s: float | None = None  # the dataset's own, where it states one
    meta: dict[str, str] = field(default_factory=dict)
