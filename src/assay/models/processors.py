"""How many threads an engine should have on this computer."""

from __future__ import annotations

import math
import os
from pathlib import Path

from assay.models.cgroups import cpu_quota

_TOPOLOGY = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


def engine_threads() -> int:
    """One for each physical core that this process may use, and no more than its quota.

    Two threads on one core wait for each other at every layer.
    """
    allowed = _allowed()
    cores = {_siblings(cpu) for cpu in allowed}
    quota = cpu_quota()
    limit = max(1, math.floor(quota)) if quota is not None else len(cores)
    return max(1, min(len(cores), limit))


def _allowed() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _siblings(cpu: int) -> str:
    try:
        return Path(_TOPOLOGY.format(cpu)).read_text().strip()
    except OSError:
        return str(cpu)
