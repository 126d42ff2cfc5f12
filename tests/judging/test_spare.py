from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.judging.runs import run_program
from assay.judging.slot import Slot, SlotSettings
from assay.types import Limits, Observation, Status

LIMITS = Limits(cpu_s=2.0)
OTHER = Limits(cpu_s=2.0, memory_mb=64, files=16, processes=4)
LOOK = """
import os
print(os.getpid(), sorted(p for p in os.listdir('/proc') if p.isdigit()))
print(sorted(os.listdir('/tmp')), sorted(os.listdir('/dev/shm')), os.listdir('.'))
print([fd for fd in range(64) if os.path.exists(f'/proc/self/fd/{fd}')])
print(input())
open('/tmp/mark', 'w').close(); open('/dev/shm/mark', 'w').close()
"""
SEEN = "1 ['1']\n[] [] ['main.py']\n[0, 1, 2, 4]\n{}\n"


@pytest.fixture
def slot() -> Iterator[Slot]:
    slot = Slot(0, SlotSettings())
    slot.start()
    yield slot
    slot.close()


def run(slot: Slot, source: str, text: str, limits: Limits = LIMITS) -> Observation:
    return run_program(
        slot, text, source=source, setup="", limits=limits, tier="namespaces"
    )


def below(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *below(child)]
    return found


def spares(slot: Slot) -> list[int]:
    """What is below the zygote while no job runs."""
    assert slot._process is not None
    shell_and_zygote = 1  # the process that we started waits outside; one is inside
    return below(slot._process.pid)[shell_and_zygote:]


def test_a_job_that_waited_is_as_fresh_as_any_other(slot: Slot) -> None:
    for number in range(5):
        seen = run(slot, LOOK, f"text {number}")
        assert seen.stdout == SEEN.format(f"text {number}"), seen
    assert len(spares(slot)) == 1


def test_limits_are_those_of_the_run_and_not_of_the_one_that_waits(slot: Slot) -> None:
    greedy = "x = bytearray(100 << 20); print(1)"
    for _ in range(3):
        assert run(slot, greedy, "").stdout == "1\n"
    assert run(slot, greedy, "", OTHER).status is Status.MEMORY_LIMIT
    for _ in range(3):
        assert run(slot, LOOK, "few", OTHER).stdout.endswith("few\n")
    assert run(slot, greedy, "", LIMITS).stdout == "1\n"


def test_one_that_was_killed_while_it_waited_is_replaced(slot: Slot) -> None:
    for _ in range(3):
        run(slot, "print(1)", "")
    (waiting,) = spares(slot)
    os.kill(waiting, signal.SIGKILL)
    begun_s = time.monotonic()
    for _ in range(3):
        assert run(slot, "print(2)", "").stdout == "2\n"
    assert time.monotonic() - begun_s < 10, "it waited for word of the dead one"


def test_what_waits_ends_with_its_slot(slot: Slot) -> None:
    for _ in range(3):
        run(slot, "print(1)", "")
    (waiting,) = spares(slot)
    slot.stop()
    until_s = time.monotonic() + 20
    while Path(f"/proc/{waiting}").exists():
        assert time.monotonic() < until_s, "it lives on"
        time.sleep(0.01)


def test_a_program_does_not_pay_for_the_one_that_waits(slot: Slot) -> None:
    spin = "from time import process_time as now\nwhile now() < 0.3: pass"
    for _ in range(3):
        seen = run(slot, spin, "")
        assert seen.status is Status.FINISHED
        assert 0.25 < seen.cpu_s < 0.6, seen
