"""All candidates of one solve, each distinct program run once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from assay.inputs.plain import key
from assay.repair import is_better
from assay.sampling.extraction import normalise
from assay.trace import Trace
from assay.types import (
    Candidate,
    Input,
    Judge,
    Judged,
    Observation,
    Prediction,
    Problem,
    Status,
    Verdict,
)

Accept = Callable[[Judged, Judged], bool]
"""Whether a repair, given first, takes a place beside its parent."""


@dataclass(slots=True)
class _Entry:
    candidate: Candidate
    copies: int = 1
    verdict: Verdict | None = None  # None: not judged yet
    observations: tuple[Observation, ...] = ()
    again: tuple[Observation, ...] = ()
    stress_s: float | None = None

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
        self,
        problem: Problem,
        judge: Judge,
        inputs: tuple[Input, ...],
        trace: Trace,
        *,
        runs_twice: bool = False,
        stress: tuple[Input, ...] = (),
    ) -> None:
        """Hold nothing yet.

        Args:
            inputs: On which all that is in play is run and compared.
            runs_twice: Run it on them once more: what differs then casts no vote.
            stress: Large inputs, on which only the time counts.
        """
        self.inputs = inputs
        self.predictions: tuple[Prediction, ...] = ()
        self.n_samples = 0  # completions, with a program in them or not
        self._problem = problem
        self._judge = judge
        self._trace = trace
        self._runs_twice = runs_twice
        self._stress = stress
        self._entries: dict[str, _Entry] = {}

    async def add(
        self, candidate: Candidate | None, *, accept: Accept | None = None
    ) -> None:
        """Take a sample or a repair in: filter it, then run it on the made inputs.

        A repair that is not better than its parent is dropped. What better means where
        both pass all that was given, `accept` says, of the child and its parent.
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
        if accept is None and not self._is_kept(entry.candidate, verdict):
            del self._entries[key]
            self._trace.event("dropped", sample=candidate.sample, reason="not better")
            return
        entry.verdict = verdict
        judged = Judged(candidate=candidate, verdict=verdict)
        if judged.in_play:
            await self._observe(entry, self.inputs)
            entry.stress_s = await self._time(candidate)
        if accept is not None and not self._is_accepted(entry, accept):
            del self._entries[key]
            self._trace.event("dropped", sample=candidate.sample, reason="not better")

    async def add_inputs(self, inputs: tuple[Input, ...]) -> int:
        """Run all in play on inputs that are new; how many those are.

        Not while candidates are being added: those would miss them.
        """
        known = {key(each) for each in self.inputs}
        new = tuple(
            {key(each): each for each in inputs if key(each) not in known}.values()
        )
        if not new:
            return 0
        for entry in self._entries.values():
            if entry.verdict is not None and self._judged(entry).in_play:
                await self._observe(entry, new)
        self.inputs += new
        return len(new)

    async def add_predictions(self, predictions: tuple[Prediction, ...]) -> int:
        """Take predictions in, and run all in play on inputs that come with them."""
        await self.add_inputs(tuple(each.input for each in predictions))
        places = {key(given): place for place, given in enumerate(self.inputs)}
        self.predictions += tuple(
            replace(each, index=places[key(each.input)]) for each in predictions
        )
        return len(predictions)

    async def _observe(self, entry: _Entry, inputs: tuple[Input, ...]) -> None:
        """Run a program on more inputs, twice where that is wanted."""
        if not inputs:
            return
        observe = partial(self._judge.observe, entry.candidate, self._problem, inputs)
        seen = await observe()
        again = await observe() if self._runs_twice else ()
        entry.observations += seen
        entry.again += again

    async def _time(self, candidate: Candidate) -> float | None:
        """CPU seconds on the large inputs; infinite where one fails, None without."""
        if not self._stress:
            return None
        seen = await self._judge.observe(candidate, self._problem, self._stress)
        if any(each.status is not Status.FINISHED for each in seen):
            return float("inf")
        return sum(each.cpu_s for each in seen)

    def _is_accepted(self, entry: _Entry, accept: Accept) -> bool:
        parent = entry.candidate.parent
        known = None if parent is None else self._entries.get(normalise(parent.code))
        if known is None or known.verdict is None:
            return True
        return accept(self._judged(entry), self._judged(known))

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
        return tuple(map(self._judged, done))

    @staticmethod
    def _judged(entry: _Entry) -> Judged:
        assert entry.verdict is not None
        return Judged(
            candidate=entry.candidate,
            verdict=entry.verdict,
            observations=entry.observations,
            again=entry.again,
            stress_s=entry.stress_s,
            copies=entry.copies,
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
