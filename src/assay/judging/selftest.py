"""Tries a sandbox before anything is entrusted to it: in each slot, when it starts.

Covered: what two dozen escapes show, or forty where there are no namespaces, in some
twenty milliseconds. Not covered: what nobody thought of; that is what the tiers are
designed against, not tested against.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assay.errors import JudgeUnavailable
from assay.judging import outcome
from assay.judging.guarantees import (
    BUBBLEWRAP,
    GUARANTEES,
    HELD,
    ONE_PROCESS,
    TIERS,
    WITHOUT_PROC,
)
from assay.judging.job import Aborted, Job, Starved
from assay.judging.mending import how_to_mend, of_one_tier
from assay.judging.slot import Child, Slot, SlotDied, SlotSettings
from assay.judging.wire import pack
from assay.types import Isolation, Limits, Status

_LIMITS = Limits(
    cpu_s=5.0, wall_s=30.0, memory_mb=128, disk_mb=4, processes=8, output_kb=64
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One way to break a guarantee, and whether the guarantee held against it."""

    guarantee: str  # of `guarantees.GUARANTEES`
    breach: str  # what would be so, e.g. "a socket was given"
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is known of one guarantee on this computer."""

    guarantee: str
    sentence: str
    tried: tuple[str, ...]  # the breaches that were tried
    held: bool
    mend: str  # what would give it; empty where it is given


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What the tiers of this computer are worth."""

    isolation: Isolation | None  # of the best tier that holds; None where none does
    findings: tuple[Finding, ...]
    refused: tuple[tuple[str, str], ...]  # stronger tiers, and why they are not had

    @property
    def rows(self) -> tuple[Row, ...]:
        """A row for each guarantee, in the order in which we list them."""
        held = self.isolation.guarantees if self.isolation else frozenset[str]()
        mend = self.refused[0][1] if self.refused else ""
        return tuple(
            Row(
                guarantee=name,
                sentence=sentence,
                tried=tuple(
                    each.breach for each in self.findings if each.guarantee == name
                ),
                held=name in held,
                mend="" if name in held else mend,
            )
            for name, sentence in GUARANTEES.items()
        )


def examine(tiers: Sequence[str] = TIERS, image: str = "") -> Examination:
    """Find the best tier of this computer by trying, and all that was tried in it.

    Blocking, for a second or so. Starts one slot for each tier that it tries.

    Args:
        tiers: Which ones, the best first.
        image: For `container`.
    """
    refused = []
    for tier in tiers:
        slot = Slot(0, SlotSettings(tier=tier, image=image))
        try:
            isolation = isolation_of(slot)
            findings = slot.findings or ()
        except JudgeUnavailable as error:
            refused.append((tier, of_one_tier(str(error))))
            continue
        finally:
            slot.close()
        return Examination(
            isolation=isolation, findings=findings, refused=tuple(refused)
        )
    return Examination(isolation=None, findings=(), refused=tuple(refused))


def isolation_of(slot: Slot) -> Isolation:
    """Start a slot, which tries it, and say what holds in it.

    Raises:
        JudgeUnavailable: the slot does not start, or an escape worked.
    """
    slot.start()
    if slot.findings is None:
        check(slot)
    tier = slot.walls
    user = "as user 64000 and up" if slot.has_own_user else "as the same user"
    landlock = f"Landlock {slot.landlock}" if slot.landlock else "without Landlock"
    rooms = {
        ONE_PROCESS: "one process for each job and no namespaces",
        WITHOUT_PROC: "own namespaces for each job, with an empty /proc",
        BUBBLEWRAP: "a fresh bubblewrap for each job",
    }.get(tier, "own namespaces for each job")
    memory = "held by the kernel" if slot.group else "watched every 10 ms"
    if tier == ONE_PROCESS:
        memory = "that of its one process"
    detail = f"{rooms}, {user}, seccomp, {landlock}; memory of a tree is {memory}"
    if slot.container is not None:
        detail = f"{slot.container.description}: {tier}, {detail}"
    return Isolation(tier=slot.settings.tier, guarantees=HELD[tier], detail=detail)


def check(slot: Slot) -> None:
    """Try to break out of a slot that is started, and keep what came of it.

    Raises:
        JudgeUnavailable: an escape worked, or it could not be told.
    """
    slot.findings = ()
    broken = []
    try:
        try:
            slot.findings = tuple(_tried(slot))
        except (SlotDied, Starved):  # nothing was shown, so once more
            slot.restart()
            slot.findings = tuple(_tried(slot))
    except (SlotDied, Starved) as error:
        broken = [str(error) or "its probes got no processor time"]
    except Aborted:
        slot.findings = None  # called off: to be tried at its next start
        raise
    broken += [f"{f.guarantee}: {f.breach}" for f in slot.findings or () if not f.held]
    if broken:
        slot.findings = None
        slot.stop()
        what = f"the self-test found a wall open ({'; '.join(broken)})"
        raise JudgeUnavailable(how_to_mend({"what": what}))


def _tried(slot: Slot) -> list[Finding]:
    marker = f".assay-marker-{os.getpid()}-{slot.number}"
    handle, bait = tempfile.mkstemp(prefix="assay-bait-")
    os.fchmod(handle, 0o666)  # so that walls are tried, not modes
    os.close(handle)
    order = {
        "bait": bait,
        "marker": marker,
        "judge": os.getpid(),
        "tier": slot.walls,
        "bytes": (_LIMITS.memory_mb + 16) << 20,
        "disk_mb": _LIMITS.disk_mb,
        "processes": _LIMITS.processes,
    }
    try:
        found = _flood(slot, order)
        found += _probe(slot, order)
        if slot.walls == ONE_PROCESS:
            found += _hoard(slot, order)
        return found
    finally:
        for left in (bait, f"/tmp/{marker}"):
            Path(left).unlink(missing_ok=True)


def _job(slot: Slot, order: dict[str, object], part: str) -> Job:
    child = Child.of("child_probe.py", is_rare=True)
    return Job(slot, child, pack({**order, "part": part}), _LIMITS, stdin=None)


def _flood(slot: Slot, order: dict[str, object]) -> list[Finding]:
    """A run without end, and whether its end was the end of all."""
    job = _job(slot, order, "flood")
    try:
        job.wait_frame()
        job.wait_end()
        is_stopped = job.stopped is not None
        is_right = is_stopped and job.stopped[0] is Status.OUTPUT_LIMIT  # type: ignore[index]
        is_gone = job.is_silent
    finally:
        job.close()
    return [
        Finding(guarantee="output", breach="it can print without end", held=is_right),
        Finding(guarantee="tree_kill", breach="a process outlived it", held=is_gone),
    ]


def _hoard(slot: Slot, order: dict[str, object]) -> list[Finding]:
    """A run that keeps too much in files, where the judge must see it."""
    job = _job(slot, order, "hoard")
    try:
        job.wait_frame()
        is_right = job.stopped is not None and job.stopped[0] is Status.RUNTIME_ERROR
    finally:
        job.close()
    return [Finding(guarantee="disk", breach="more than the limit", held=is_right)]


def _probe(slot: Slot, order: dict[str, object]) -> list[Finding]:
    job = _job(slot, order, "probe")
    try:
        payload = job.wait_frame()
    finally:
        ending = job.close()
    said = outcome.message(payload) if payload is not None else None
    if said is None or said[0] != "probed":
        raise SlotDied(f"its probes did not answer: {job.stopped or ending}")
    return [
        Finding(guarantee=name, breach=breach, held=held)
        for name, breach, held in said[1]
    ]
