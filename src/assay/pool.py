"""All candidates of one solve, each distinct program run once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from assay.repair import is_better
from assay.sampling.extraction import normalise
from assay.trace import Trace
from assay.types import (
    Candidate,
    Input,
    Judge,
    Judged,
    Observation,
    Problem,
    Verdict,
)


@dataclass(slots=True)
class _Entry:
    candidate: Candidate
    copies: int = 1
    verdict: Verdict | None = None  # None: not judged yet
    observations: tuple[Observation, ...] = ()

    def count(self, candidate: Candidate) -> None:
        """Count an equal program. A sample takes the place of a repair under way.

        Such a repair may be dropped when it is judged, and a sample may not.
        """
        if candidate.parent is not None:
            return
        if self.candidate.parent is not None and self.verdict is None:
            self.candidate = candidate
        else:
            self.copies += 1


class Pool:
    """Runs what is added, and keeps what was shown.

    Equal programs (comments, blank lines, docstrings aside) are run once and counted.
    A program counts from its verdict on: an interrupted solve loses only those that
    were still being judged, and one that was cut off later has no observations.
    """

    def __init__(
        self, problem: Problem, judge: Judge, inputs: tuple[Input, ...], trace: Trace
    ) -> None:
        self.inputs = inputs
        self.n_samples = 0  # completions, with a program in them or not
        self._problem = problem
        self._judge = judge
        self._trace = trace
        self._entries: dict[str, _Entry] = {}

    async def add(self, candidate: Candidate | None) -> None:
        """Take a sample or a repair in: filter it, then run it on the made inputs.

        A repair that is not better than its parent is dropped.
        """
        if candidate is None:
            self.n_samples += 1
            self._trace.event("no_program")
            return
        self.n_samples += candidate.parent is None
        key = normalise(candidate.code)
        known = self._entries.get(key)
        if known is not None:
            known.count(candidate)
            self._trace.event(
                "candidate",
                sample=candidate.sample,
                made_by=candidate.made_by,
                equals=known.candidate.sample,
            )
            return
        self._trace.event(
            "candidate",
            sample=candidate.sample,
            made_by=candidate.made_by,
            code=candidate.code,
        )
        entry = self._entries[key] = _Entry(candidate)
        verdict = await self._judge.judge(candidate, self._problem)
        if not self._is_kept(entry.candidate, verdict):
            del self._entries[key]
            self._trace.event("dropped", sample=candidate.sample, reason="not better")
            return
        entry.verdict = verdict
        judged = Judged(candidate=candidate, verdict=verdict)
        if judged.in_play and self.inputs:
            entry.observations = await self._judge.observe(
                candidate, self._problem, self.inputs
            )

    def _is_kept(self, candidate: Candidate, verdict: Verdict) -> bool:
        if candidate.parent is None:
            return True
        parent = self._entries.get(normalise(candidate.parent.code))
        if parent is None or parent.verdict is None:
            return True
        return is_better(verdict, parent.verdict)

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Every program that has a verdict, in sample order."""
        done = sorted(
            (e for e in self._entries.values() if e.verdict is not None),
            key=lambda e: (e.candidate.sample, e.candidate.parent is not None),
        )
        return tuple(
            Judged(
                candidate=e.candidate,
                verdict=e.verdict,
                observations=e.observations,
                copies=e.copies,
            )
            for e in done
            if e.verdict is not None
        )

    @property
    def n_distinct(self) -> int:
        """Distinct programs among the samples so far, repairs not counted."""
        return sum(e.candidate.parent is None for e in self._entries.values())

    @property
    def n_in_play(self) -> int:
        """Distinct programs that passed what was given."""
        return sum(j.in_play for j in self.judged)

    @property
    def all_failed(self) -> bool:
        """Whether programs were judged and none of them is in play."""
        return bool(self.judged) and not self.n_in_play

    def describe(self) -> dict[str, Any]:
        """The problem as the trace's first line tells it."""
        problem = replace(self._problem, cases=(), test_code=())
        return {
            "problem": problem.id,
            "title": problem.title,
            "statement": problem.statement,
            "io_mode": problem.io_mode,
            "entry_point": problem.entry_point,
            "checker": problem.checker.kind,
            "notes": list(problem.notes),
            "n_cases": len(self._problem.cases),
            "n_test_code": len(self._problem.test_code),
            "inputs": [repr(i)[:500] for i in self.inputs],
            "isolation": self._judge.isolation.tier,
        }
