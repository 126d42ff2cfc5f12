"""A judge that counts how the programs ended that it ran."""

from __future__ import annotations

from collections.abc import Iterable

from assay.serve.metrics import Counter
from assay.types import (
    Candidate,
    Input,
    Isolation,
    Judge,
    Observation,
    Problem,
    Status,
    Verdict,
)


class CountedJudge:
    """The judge behind, whose runs are counted by their status.

    Args:
        judge: Runs the programs.
        runs: A counter with the label `status`.
    """

    def __init__(self, judge: Judge, runs: Counter) -> None:
        self._judge = judge
        self._runs = runs

    @property
    def isolation(self) -> Isolation:
        """The isolation of the judge behind."""
        return self._judge.isolation

    async def judge(self, candidate: Candidate, problem: Problem) -> Verdict:
        """Judge, and count each case."""
        verdict = await self._judge.judge(candidate, problem)
        self._count(result.status for result in verdict.results)
        return verdict

    async def observe(
        self, candidate: Candidate, problem: Problem, inputs: tuple[Input, ...]
    ) -> tuple[Observation, ...]:
        """Observe, and count each input."""
        observations = await self._judge.observe(candidate, problem, inputs)
        self._count(each.status for each in observations)
        return observations

    def _count(self, statuses: Iterable[Status]) -> None:
        for status in statuses:
            self._runs.add(status=status.value)
