"""Programs that meet in a pool while one of them is being judged."""

from __future__ import annotations

from functools import partial

import anyio

from assay.concurrency import gather
from assay.judging.judge import open_judge
from assay.pool import Pool
from assay.trace import Trace
from assay.types import Call, Candidate, Case, IOMode, Judged, Problem

PROBLEM = Problem(
    id="double",
    statement="Twice n.",
    io_mode=IOMode.FUNCTION,
    entry_point="double",
    cases=(Case(input=Call(args=(2,)), expected=4),),
)
FIRST = Candidate(code="def double(n):\n    return 0\n")
REPAIR = Candidate(code="def double(n):\n    return None\n", parent=FIRST)
SAMPLE = Candidate(code="def double(n):\n    return None\n", sample=2)


def judged_together(*candidates: Candidate) -> tuple[Judged, ...]:
    async def main() -> tuple[Judged, ...]:
        async with open_judge(slots=1) as judge:
            pool = Pool(PROBLEM, judge, (), Trace())
            await pool.add(FIRST)
            await gather(partial(pool.add, candidate) for candidate in candidates)
            return pool.judged

    return anyio.run(main)


def test_a_sample_outlives_the_equal_repair_that_is_dropped() -> None:
    assert [j.candidate for j in judged_together(REPAIR)] == [FIRST]
    first, other = judged_together(REPAIR, SAMPLE, SAMPLE)
    assert first.candidate == FIRST
    assert (other.candidate.sample, other.candidate.parent) == (2, None)
    assert other.copies == 2


def test_a_repair_adds_no_copy_to_the_sample_it_equals() -> None:
    _, other = judged_together(SAMPLE, REPAIR)
    assert (other.candidate.sample, other.copies) == (2, 1)
