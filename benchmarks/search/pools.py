"""An executed pool in memory: its tasks, and the orders in which samples may arrive."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from execute import read_rows

from assay.types import (
    Candidate,
    CaseResult,
    IOMode,
    Judged,
    Observation,
    Problem,
    Status,
    TestCode,
    Verdict,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One recorded sample: which program it holds, and what it cost."""

    program: int | None  # None: none could be read in it
    tokens: int  # of the completion
    prompt_tokens: int
    logprob: float | None  # the mean over its tokens
    tail_logprob: float | None  # of the worst stretch


@dataclass(slots=True, kw_only=True)
class PooledTask:
    """A task with its samples, and what running each of their programs showed."""

    name: str
    set: str
    half: str
    n_inputs: int
    problem: Problem
    samples: tuple[Sample, ...]
    programs: tuple[Judged, ...]
    right: tuple[bool, ...]  # the grade of each program: for scoring alone
    near: PooledTask | None = None  # as if no corner cases were made; None: the same
    cache: dict[Any, Any] = field(default_factory=dict)
    _held: dict[tuple[int, ...], tuple[Judged, ...]] = field(default_factory=dict)

    def judged(self, drawn: Sequence[int]) -> tuple[Judged, ...]:
        """What a solve would hold after these samples, in the order of drawing."""
        known = self._held.get(tuple(drawn))
        if known is not None:
            return known
        first: dict[int, int] = {}
        copies: dict[int, int] = {}
        for place, index in enumerate(drawn):
            program = self.samples[index].program
            if program is not None:
                first.setdefault(program, place)
                copies[program] = copies.get(program, 0) + 1
        held = self._held[tuple(drawn)] = tuple(
            replace(
                self.programs[program],
                candidate=replace(self.programs[program].candidate, sample=place),
                copies=copies[program],
            )
            for program, place in first.items()
        )
        return held

    def first_drawn(self, judged: Judged, drawn: Sequence[int]) -> Judged:
        """The same with the log-probabilities of the sample that drew it first."""
        program = int(judged.candidate.code)
        first = next(i for i in drawn if self.samples[i].program == program)
        candidate = replace(
            judged.candidate,
            logprob=self.samples[first].logprob,
            tail_logprob=self.samples[first].tail_logprob,
        )
        return replace(judged, candidate=candidate)

    def cut(self, n: int) -> PooledTask:
        """The task with its first `n` samples alone."""
        near = None if self.near is None else self.near.cut(n)
        return replace(self, samples=self.samples[:n], near=near)

    def tokens(self, drawn: Sequence[int]) -> int:
        """Completion tokens of these samples."""
        return sum(self.samples[index].tokens for index in drawn)

    def payable(self, drawn: Sequence[int], tokens: int) -> int:
        """How many of these samples, from the first on, so many tokens pay for."""
        sums = accumulate(self.samples[index].tokens for index in drawn)
        return sum(each <= tokens for each in sums)

    def is_right(self, judged: Judged | None) -> bool:
        """Whether a chosen program was graded right."""
        return judged is not None and self.right[int(judged.candidate.code)]

    def passes_given(self, index: int) -> bool:
        """Whether a sample's program passes what was given, or nothing was."""
        program = self.samples[index].program
        return program is not None and self.programs[program].in_play


def orders(task: PooledTask, n: int, seed: int = 0) -> Iterator[tuple[int, ...]]:
    """The recorded order, then random ones; the greedy sample is first in each."""
    rest = list(range(1, len(task.samples)))
    yield (0, *rest)
    rng = random.Random(f"{seed} {task.name}")
    for _ in range(n - 1):
        rng.shuffle(rest)
        yield (0, *rest)


def read_pool(path: Path) -> list[PooledTask]:
    """The tasks of an executed pool, in the order of their names."""
    return [task_of(row) for row in read_rows(path)]


def task_of(row: dict[str, Any]) -> PooledTask:
    """A task of a pool from its row."""
    places = [*range(row["n_inputs"])]
    near = row.get("near", places)  # what techniques asked was asked without corners
    task = _task_on(row, places)
    task.near = None if near == places else _task_on(row, near)
    return task


def _task_on(row: dict[str, Any], places: Sequence[int]) -> PooledTask:
    """The task as it is when these of its inputs were made."""
    numbers = {each["name"]: number for number, each in enumerate(row["programs"])}
    given = (TestCode(source="assert True"),) if row["has_given_tests"] else ()
    return PooledTask(
        name=row["task"],
        set=row["set"],
        half=row["half"],
        n_inputs=len(places),
        problem=Problem(
            id=row["task"],
            statement="",
            io_mode=IOMode.FUNCTION,
            entry_point="f",
            test_code=given,
        ),
        samples=tuple(
            Sample(
                program=None if each["program"] is None else numbers[each["program"]],
                tokens=each["completion_tokens"],
                prompt_tokens=each["prompt_tokens"],
                logprob=each["logprob"],
                tail_logprob=each["tail_logprob"],
            )
            for each in row["samples"]
        ),
        programs=tuple(
            _judged(n, each, places) for n, each in enumerate(row["programs"])
        ),
        right=tuple(each["right"] for each in row["programs"]),
    )


def _judged(number: int, row: dict[str, Any], places: Sequence[int]) -> Judged:
    """A program as the judge showed it: a number for its code, keys for outputs."""
    keys = [row["keys"][place] for place in places] if row["keys"] else []
    candidate = Candidate(code=str(number), made_by="sample")
    results = tuple(
        CaseResult(status=Status(status), distance=row["distance"])
        for status in row["given"]
    )
    seen = tuple(
        Observation(status=Status.RUNTIME_ERROR)
        if key is None
        else Observation(status=Status.FINISHED, value=key)
        for key in keys
    )
    return Judged(
        candidate=candidate,
        verdict=Verdict(candidate=candidate, results=results),
        observations=seen,
    )
