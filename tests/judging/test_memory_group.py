"""The kernel's own limit on the memory of a slot, where one may be made."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.judging.memory_group import MemoryGroup
from assay.judging.outcome import of_end
from assay.judging.runs import run_program
from assay.judging.slot import Slot, SlotSettings
from assay.types import Limits, Status

EATER = "input(); kept = [bytearray(20 << 20) for _ in range({})]; print(len(kept))"


@pytest.fixture
def group() -> Iterator[MemoryGroup]:
    made = MemoryGroup.make()
    if made is None:
        pytest.skip("no control group for memory may be made here")
    yield made
    made.close()
    assert not made.folder.exists()


def fed(group: MemoryGroup, n_parts: int) -> subprocess.CompletedProcess[str]:
    """Have a process in the group take that many times 20 MB."""
    process = subprocess.Popen(
        [sys.executable, "-c", EATER.format(n_parts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert group.admit(process.pid)
    out, _ = process.communicate("\n", timeout=60)
    return subprocess.CompletedProcess([], process.returncode, out)


def test_the_kernel_ends_what_takes_too_much_and_counts_it(group: MemoryGroup) -> None:
    group.allow(100 << 20)
    assert fed(group, 2).stdout == "2\n"
    assert group.n_killed() == 0
    assert fed(group, 20).returncode == -signal.SIGKILL
    assert group.n_killed() == 1


def test_the_limit_only_grows(group: MemoryGroup) -> None:
    group.allow(600 << 20)
    group.allow(100 << 20)
    assert fed(group, 20).stdout == "20\n"


def test_a_process_that_is_gone_cannot_be_admitted(group: MemoryGroup) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert not group.admit(process.pid)


LEAVER = """
import os, signal
from assay.judging.memory_group import MemoryGroup
print(MemoryGroup.make().folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_judge_left_is_removed_by_the_next(group: MemoryGroup) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVER], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    left = Path(done.stdout.strip())
    assert left.exists()
    another = MemoryGroup.make()
    assert another is not None
    another.close()
    assert not left.exists()
    assert group.folder.exists()  # of a judge that lives


FAMILY = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        x = bytearray(60 << 20)
        time.sleep(30)
        os._exit(0)
time.sleep(30)
"""


def test_a_tree_that_takes_too_much_is_a_memory_limit_and_the_slot_goes_on(
    group: MemoryGroup,
) -> None:
    slot = Slot(900, SlotSettings())
    limits = Limits(memory_mb=128, cpu_s=5.0, wall_s=20.0)
    try:
        slot.start()
        assert slot.group is not None
        folder = slot.group.folder
        pids = (folder / "cgroup.procs").read_text("ascii").split()
        assert len(pids) >= 1
        seen = run_program(
            slot, "", source=FAMILY, setup="", limits=limits, tier="namespaces"
        )
        assert seen.status is Status.MEMORY_LIMIT
        seen = run_program(
            slot, "", source="print(5)", setup="", limits=limits, tier="namespaces"
        )
        assert seen.stdout == "5\n"
    finally:
        slot.close()
    until = time.monotonic() + 10
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not folder.exists()


def test_a_process_that_the_kernel_ended_makes_a_memory_limit() -> None:
    """Whatever the first process made of the loss of its child."""
    from types import SimpleNamespace

    from assay.judging.job import Ending

    job = SimpleNamespace(stopped=None, limits=Limits(memory_mb=64))
    for code in (0, 1, -signal.SIGKILL):
        ending = Ending(exit_code=code, cpu_s=0.0, peak_mb=1.0, is_out_of_memory=True)
        status, words = of_end(job, ending, is_whole_run=True)  # type: ignore[arg-type]
        assert status is Status.MEMORY_LIMIT
        assert words == "more than 64 MB of memory"


def test_a_slot_without_a_sandbox_has_no_group() -> None:
    slot = Slot(901, SlotSettings(isolated=False))
    try:
        slot.start()
        assert slot.group is None
        assert slot.ran_out_of_memory() is False
    finally:
        slot.close()
