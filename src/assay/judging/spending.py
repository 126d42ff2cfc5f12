"""What a job may use and has used, and whose fault it is that it came to no end."""

from __future__ import annotations

import time
from typing import Any

from assay.types import Limits, Status

_HALF = 0.5
_MOST_FILES = 4096  # as on a disk in memory


class Spending:
    """The limits of one job on time and memory, counted from the last `begin`.

    CPU time is the limit and counts every process. Wall time is the backstop, for a
    program that waits; if it was ready to run and others had the processor, the wall
    limit says nothing of it.
    """

    def __init__(self, limits: Limits, baseline_mb: float) -> None:
        self.tree_cpu_s = 0.0  # of all processes, when last seen
        self._limits = limits
        self._baseline_mb = baseline_mb
        self._others_cpu_s = 0.0  # of all processes but the first
        self._delay_s = 0.0  # ready to run, without a processor
        self._memory_mb = 0.0
        self._is_exact = False
        self._excess = ""
        self.begin(0.0)

    def begin(self, first_cpu_s: float, wall_factor: float = 1.0) -> None:
        """Count from here on: a new call, or the first.

        Args:
            first_cpu_s: CPU time of the job's first process so far.
            wall_factor: How many times the wall limit is allowed.
        """
        self._begun_s = time.monotonic()
        self._wall_limit_s = self._limits.wall_limit_s * wall_factor
        self._cpu_before_s = first_cpu_s + self._others_cpu_s
        self._delay_before_s = self._delay_s

    def extend(self, seconds: float) -> None:
        """Allow more wall time: so much of it was not the job's."""
        self._wall_limit_s += seconds

    def wall_s(self) -> float:
        """Seconds since `begin`."""
        return time.monotonic() - self._begun_s

    def note(self, used: dict[str, Any], first_cpu_s: float) -> None:
        """Take in what the zygote saw of the job's processes."""
        self.tree_cpu_s = used["cpu_s"]
        self._others_cpu_s = max(0.0, used["cpu_s"] - first_cpu_s)
        self._delay_s = used["delay_s"]
        self._memory_mb, self._is_exact = used["memory_mb"], used["exact"]
        if "disk_mb" in used:  # a job on the computer's own disk, which has no walls
            self._excess = self._excess or _excess(used, self._limits)

    def excess_left(self, used: dict[str, Any]) -> str:
        """What a job that ended left beyond its limits on files; empty if nothing."""
        return _too_much_in_files(used, self._limits) if "disk_mb" in used else ""

    @property
    def needs_exact_memory(self) -> bool:
        """Whether the plain sum is too high; it counts what is shared many times."""
        return self._has_much_memory and not self._is_exact

    def limit_passed(self, first_cpu_s: float) -> tuple[Status, str] | None:
        """The first limit that is passed, and the words for it."""
        cpu_s = max(first_cpu_s, self.tree_cpu_s) - self._cpu_before_s
        if cpu_s > self._limits.cpu_s:
            return Status.TIME_LIMIT, f"more than {self._limits.cpu_s:g} s of CPU time"
        if self._has_much_memory and self._is_exact:
            megabytes = self._limits.memory_mb
            return Status.MEMORY_LIMIT, f"more than {megabytes} MB of memory"
        if self._excess:
            return Status.RUNTIME_ERROR, f"more than {self._excess}"
        wall_s = self.wall_s()
        if wall_s <= self._wall_limit_s:
            return None
        if self._delay_s - self._delay_before_s > _HALF * wall_s:
            return Status.SANDBOX_FAILURE, "others had the processor"
        return Status.TIME_LIMIT, f"more than {self._wall_limit_s:g} s of wall time"

    @property
    def _has_much_memory(self) -> bool:
        return self._memory_mb > self._limits.memory_mb + self._baseline_mb


def _excess(used: dict[str, Any], limits: Limits) -> str:
    if excess := _too_much_in_files(used, limits):
        return excess
    if used["processes"] == 1 and used["threads"] > limits.processes:
        return f"{limits.processes} threads"
    return ""


def _too_much_in_files(used: dict[str, Any], limits: Limits) -> str:
    if used["disk_mb"] > limits.disk_mb:
        return f"{limits.disk_mb} MB in files"
    if used["files"] > _MOST_FILES:
        return f"{_MOST_FILES} files"
    return ""
