"""Tries a sandbox before anything is entrusted to it."""

from __future__ import annotations

import os
import tempfile

from assay.errors import JudgeUnavailable
from assay.judging import outcome
from assay.judging.job import Job
from assay.judging.mending import how_to_mend
from assay.judging.slot import Child, Slot, SlotDied
from assay.judging.wire import pack
from assay.types import Isolation, Limits

_TIER = "namespaces"
_GUARANTEES = frozenset(
    {"files", "net", "processes", "tree_kill", "memory", "disk", "output", "syscalls"}
)
_LIMITS = Limits(cpu_s=5.0, wall_s=30.0, memory_mb=128, disk_mb=4, processes=8)


def isolation_of(slot: Slot) -> Isolation:
    """Start a slot, try a dozen escapes in it, and say what holds.

    Raises:
        JudgeUnavailable: the slot does not start, or an escape worked.
    """
    slot.start()
    with tempfile.NamedTemporaryFile(prefix="assay-bait-") as bait:
        broken = _probe(slot, bait.name)
    if broken:
        what = f"the self-test found a wall open ({'; '.join(broken)})"
        raise JudgeUnavailable(how_to_mend({"what": what}))
    user = "as user 64000 and up" if os.geteuid() == 0 else "as the same user"
    landlock = f"Landlock {slot.landlock}" if slot.landlock else "without Landlock"
    return Isolation(
        tier=_TIER,
        guarantees=_GUARANTEES,
        detail=f"own namespaces for each job, {user}, seccomp, {landlock}; "
        "memory of a tree is watched every 10 ms",
    )


def _probe(slot: Slot, bait: str) -> list[str]:
    order = {
        "bait": bait,
        "bytes": (_LIMITS.memory_mb + 16) << 20,
        "disk_mb": _LIMITS.disk_mb,
        "processes": _LIMITS.processes,
    }
    try:
        child = Child.of("child_probe.py", is_rare=True)
        job = Job(slot, child, pack(order), _LIMITS, stdin=None)
        try:
            payload = job.wait_frame()
        finally:
            ending = job.close()
    except SlotDied as error:
        return [str(error)]
    said = outcome.message(payload) if payload is not None else None
    if said is None or said[0] != "probed":
        return [f"its probes did not answer: {job.stopped or ending}"]
    return [str(name) for name in said[1]]
