from __future__ import annotations

import time

import pytest

from assay.errors import JudgeUnavailable
from assay.judging.job import Starved
from assay.judging.outcome import with_one_retry
from assay.judging.slot import Slot, SlotSettings
from assay.judging.spending import Spending
from assay.types import Limits, Observation, Status

LIMITS = Limits(cpu_s=1.0, wall_s=0.05, memory_mb=100)


def used(
    cpu_s: float = 0.0,
    delay_s: float = 0.0,
    memory_mb: float = 0.0,
    exact: bool = False,
) -> dict[str, object]:
    return {"cpu_s": cpu_s, "delay_s": delay_s, "memory_mb": memory_mb, "exact": exact}


def test_cpu_time_is_of_all_processes_and_from_the_call_on() -> None:
    spending = Spending(LIMITS, baseline_mb=10)
    spending.note(used(cpu_s=5.0), first_cpu_s=2.0)  # children used three seconds
    spending.begin(first_cpu_s=2.0)
    spending.note(used(cpu_s=5.9), first_cpu_s=2.5)
    assert spending.limit_passed(2.5) is None
    spending.note(used(cpu_s=6.1), first_cpu_s=2.5)
    assert spending.limit_passed(2.5) == (
        Status.TIME_LIMIT,
        "more than 1 s of CPU time",
    )


def test_wall_time_counts_against_a_program_that_waits() -> None:
    spending = Spending(LIMITS, baseline_mb=10)
    spending.note(used(cpu_s=0.01, delay_s=0.01), first_cpu_s=0.01)
    time.sleep(0.06)
    passed = spending.limit_passed(0.01)
    assert passed == (Status.TIME_LIMIT, "more than 0.05 s of wall time")


def test_wall_time_says_nothing_of_a_program_that_others_kept_from_running() -> None:
    spending = Spending(LIMITS, baseline_mb=10)
    spending.note(used(cpu_s=0.9, delay_s=0.05), first_cpu_s=0.9)
    time.sleep(0.06)
    passed = spending.limit_passed(0.9)
    assert passed is not None
    assert passed[0] is Status.SANDBOX_FAILURE


def test_time_that_was_allowed_later_counts_too() -> None:
    spending = Spending(LIMITS, baseline_mb=10)
    spending.extend(30)
    time.sleep(0.06)
    assert spending.limit_passed(0.0) is None


def test_memory_counts_only_once_it_was_measured_exactly() -> None:
    spending = Spending(LIMITS, baseline_mb=10)
    spending.note(used(memory_mb=109), first_cpu_s=0)
    assert not spending.needs_exact_memory
    spending.note(used(memory_mb=111), first_cpu_s=0)
    assert spending.needs_exact_memory
    assert spending.limit_passed(0.0) is None
    spending.note(used(memory_mb=111, exact=True), first_cpu_s=0)
    passed = spending.limit_passed(0.0)
    assert passed == (Status.MEMORY_LIMIT, "more than 100 MB of memory")


def test_a_starved_run_is_made_once_more_with_more_time_and_then_given_up() -> None:
    factors = []

    def starve(wall_factor: float) -> Observation:
        factors.append(wall_factor)
        raise Starved

    slot = Slot(0, SlotSettings(isolated=False))
    try:
        with pytest.raises(JudgeUnavailable, match="lower the load"):
            with_one_retry(slot, starve)
    finally:
        slot.close()
    assert factors == [1.0, 4.0]
