"""What a running job has used so far, over all its processes. Runs in the zygote."""

# Read a hundred times a second: plain calls only.
# ruff: noqa: PTH123, PTH208

from __future__ import annotations

import os
from typing import Any

_MEGABYTE = 1 << 20
_SESSION, _CPU, _RESIDENT = 3, slice(11, 15), 21  # in /proc/PID/stat, after the name


def of_tree(first: int, isolated: bool, *, exact: bool) -> dict[str, Any]:
    """Sum what the processes of a job use.

    Args:
        first: The job's first process, 0 where no job runs.
        isolated: All that can be seen besides ourselves is the job's. Where not, the
            job is the session of its first process.
        exact: Count memory that processes share once. Takes milliseconds, where a
            plain sum of what is resident takes microseconds and is never too low.
    """
    ticks, delay_ns, memory, n_processes = 0, 0, 0.0, 0
    names = os.listdir("/proc") if first else []
    for name in names:
        if not name.isdigit() or (isolated and name == "1"):
            continue
        try:
            fields = _read(f"/proc/{name}/stat").rpartition(")")[2].split()
            if not isolated and fields[_SESSION] != str(first):
                continue
            ticks += sum(map(int, fields[_CPU]))
            memory += _proportional_mb(name) if exact else _resident_mb(fields)
            # Not the sum: many processes that wait for each other starve nobody.
            delay_ns = max(delay_ns, int(_read(f"/proc/{name}/schedstat").split()[1]))
        except (OSError, IndexError):
            continue  # it ended while we looked
        n_processes += 1
    return {
        "cpu_s": ticks / os.sysconf("SC_CLK_TCK"),
        "delay_s": delay_ns / 1e9,
        "memory_mb": memory,
        "processes": n_processes,
    }


def _resident_mb(fields: list[str]) -> float:
    return int(fields[_RESIDENT]) * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE


def _proportional_mb(name: str) -> float:
    kilobytes = 0
    for line in _read(f"/proc/{name}/smaps_rollup").splitlines():
        if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
            kilobytes += int(line.split()[1])
    return kilobytes / 1024


def _read(path: str) -> str:
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read()
