"""What a running job has used so far, over all its processes. Runs in the zygote."""

# Read a hundred times a second: plain calls only.
# ruff: noqa: PTH123, PTH208

from __future__ import annotations

import os
import time
from typing import Any

from assay.judging import guarantees

_MEGABYTE = 1 << 20
_LONGEST_GAP_S = 0.02  # between two looks at a job that is being watched
_DOUBT, _DOUBT_S = 1.5, 0.1  # an estimate counts where it is more than this off
# In /proc/PID/stat, after the name.
_STATE, _SESSION, _CPU, _THREADS, _RESIDENT = 0, 3, slice(11, 15), 17, 21
_OWN_CPU = slice(11, 13)  # without that of children that were waited for


class _Estimate:
    """What the processes of a job use, by looking at them now and then.

    The kernel tells nobody the CPU time of a process whose parent ignores its end. So
    what is seen running at a look counts for the time since the last one, which is
    right on average, however short the processes live.
    """

    def __init__(self) -> None:
        self._first = 0
        self._cpu_s = 0.0
        self._looked_s = 0.0
        self._seen: dict[str, float] = {}

    def look(self, first: int, processes: dict[str, _Used]) -> float:
        """CPU seconds of the job so far that cannot be doubted."""
        if first != self._first:
            self._first, self._cpu_s, self._seen = first, 0.0, {}
        now_s = time.monotonic()
        gap_s = min(now_s - self._looked_s, _LONGEST_GAP_S)
        for name, used in processes.items():
            if name in self._seen:
                self._cpu_s += used.own_s - self._seen[name]
            else:
                self._cpu_s += gap_s * used.share if used.runs else used.first_s
        # One that has not run yet is new at the next look too.
        self._seen = {name: u.own_s for name, u in processes.items() if u.own_s}
        self._looked_s = now_s
        return max(0.0, self._cpu_s / _DOUBT - _DOUBT_S)


class _Used:
    """What one process used: exactly, and by the clock of its scheduler."""

    def __init__(self, fields: list[str], schedule: list[str], tick_s: float) -> None:
        ran_ns, waited_ns = int(schedule[0]), int(schedule[1])
        self.first_s = ran_ns / 1e9  # of its first thread, as is the delay
        self.own_s = max(sum(map(int, fields[_OWN_CPU])) * tick_s, self.first_s)
        self.delay_s = waited_ns / 1e9
        self.runs = fields[_STATE] == "R"
        self.share = ran_ns / (ran_ns + waited_ns or 1)  # of the time it was ready


_estimate = _Estimate()  # of the one job of a zygote


def of_job(
    tier: str, first: int, pidfd: int, waits: str, *, exact: bool
) -> dict[str, Any]:
    """Sum what the processes of a job use.

    Args:
        tier: Says how its processes are found.
        first: The job's first process, 0 where no job runs.
        pidfd: A descriptor of it.
        waits: The next job's process, which is not of this one.
        exact: Count memory that processes share once. Takes milliseconds, where a
            plain sum of what is resident takes microseconds and is never too low.
    """
    if not first:
        return _of_processes([], exact=exact)
    if tier == guarantees.NAMESPACES:  # all that we see besides ourselves is the job's
        names = [name for name in os.listdir("/proc") if name not in ("1", waits)]
    elif tier in (guarantees.WITHOUT_PROC, guarantees.BUBBLEWRAP):
        names = _descendants(_number_outside(pidfd))
    elif tier == guarantees.ONE_PROCESS:
        names = [str(first)]
    else:
        names = [name for name in os.listdir("/proc") if _is_in_session(name, first)]
    return _of_processes(names, exact=exact, first=first)


def _of_processes(names: list[str], *, exact: bool, first: int = 0) -> dict[str, Any]:
    ticks, memory, n_processes, n_threads = 0, 0.0, 0, 0
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    seen: dict[str, _Used] = {}
    for name in names:
        if not name.isdigit():
            continue
        try:
            fields = _read(f"/proc/{name}/stat").rpartition(")")[2].split()
            n_threads += int(fields[_THREADS])
            ticks += sum(map(int, fields[_CPU]))
            if fields[_STATE] == "Z" and int(fields[_THREADS]) > 1:
                name, fields = _living_thread(name)
            proportional = _proportional_mb(name) if exact else None
            memory += _resident_mb(fields) if proportional is None else proportional
            schedule = _read(f"/proc/{name}/schedstat").split()
            seen[name] = _Used(fields, schedule, tick_s)
        except (OSError, IndexError):
            continue  # it ended while we looked
        n_processes += 1
    cpu_s = max(ticks * tick_s, _estimate.look(first, seen))
    return {
        "cpu_s": cpu_s,
        # Not the sum: many processes that wait for each other starve nobody. And while
        # one of them waited, the others had the processor as long as they ran.
        "delay_s": max((u.delay_s + u.first_s for u in seen.values()), default=0.0)
        - cpu_s,
        "memory_mb": memory,
        "processes": n_processes,
        "threads": n_threads,
    }


def _is_in_session(name: str, first: int) -> bool:
    if not name.isdigit():
        return False
    try:
        fields = _read(f"/proc/{name}/stat").rpartition(")")[2].split()
    except OSError:
        return False
    return fields[_SESSION] == str(first)


def _number_outside(pidfd: int) -> str:
    """A process's number in the namespace that /proc is of, which need not be ours."""
    for line in _read(f"/proc/self/fdinfo/{pidfd}").splitlines():
        if line.startswith("Pid:"):
            return line.split()[1]
    return "-1"


def _descendants(first: str) -> list[str]:
    """A process and all below it; the kernel gives it the orphans among them."""
    found = [first]
    for name in found:
        try:
            threads = os.listdir(f"/proc/{name}/task")
            for thread in threads:
                found += _read(f"/proc/{name}/task/{thread}/children").split()
        except OSError:
            continue  # it ended while we looked
    return found


def _living_thread(name: str) -> tuple[str, list[str]]:
    """A thread that still has the memory of a process whose first thread left."""
    found = name, ["0"] * (_RESIDENT + 1)
    for thread in os.listdir(f"/proc/{name}/task"):
        place = f"{name}/task/{thread}"
        fields = _read(f"/proc/{place}/stat").rpartition(")")[2].split()
        if fields[_STATE] not in "ZX":
            found = place, fields
    return found


def _resident_mb(fields: list[str]) -> float:
    return int(fields[_RESIDENT]) * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE


def _proportional_mb(name: str) -> float | None:
    """None where the process hides its memory (PR_SET_DUMPABLE), as any may."""
    kilobytes = 0
    try:
        lines = _read(f"/proc/{name}/smaps_rollup").splitlines()
    except PermissionError:
        return None
    for line in lines:
        if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
            kilobytes += int(line.split()[1])
    return kilobytes / 1024


def _read(path: str) -> str:
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read()
