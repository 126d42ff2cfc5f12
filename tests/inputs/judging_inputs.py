"""Runs a technique with a scripted model, on the real sandbox where it needs one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import anyio

from assay.judging.judge import open_judge
from assay.types import Candidate, Input, Isolation, Judge, Problem

T = TypeVar("T")


class NoJudge:
    """Fails when it is asked to run anything."""

    isolation = Isolation(tier="none", guarantees=frozenset())

    async def judge(self, candidate: Candidate, problem: Problem) -> NoReturn:
        raise AssertionError("nothing may run")

    async def observe(
        self, candidate: Candidate, problem: Problem, inputs: tuple[Input, ...]
    ) -> NoReturn:
        raise AssertionError("nothing may run")


def without_judge(technique: Callable[[Judge], Awaitable[T]]) -> T:
    async def main() -> T:
        return await technique(NoJudge())

    return anyio.run(main)


def in_judge(technique: Callable[[Judge], Awaitable[T]]) -> T:
    async def main() -> T:
        async with open_judge(slots=1) as judge:
            return await technique(judge)

    return anyio.run(main)
