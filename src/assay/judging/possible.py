"""Which limits a run can have. What is none at all is a slip of the user's pen."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from assay.errors import UsageError
from assay.types import Limits

_TIMES = {"cpu_s": 3600.0, "wall_s": 86400.0}
_MOST = 1 << 20  # above, the kernel could not even be told of some
_LEAST_FILES = 7  # with fewer a program does not even get to its own start


def fault_of(name: str, value: Any) -> str | None:
    """What to give instead of a value of the limit of that name; None if it is one."""
    if name == "wall_s" and value is None:
        return None
    is_time = name in _TIMES
    most = _TIMES.get(name, _MOST)
    least = _LEAST_FILES if name == "files" else 0
    is_number = type(value) is int or (is_time and type(value) is float)
    if is_number and math.isfinite(value) and least < value <= most:
        return None
    kind = "number" if is_time else "whole number"
    return f"give a {kind} above {least}, at most {most:,.0f}"


def require_possible(limits: Limits) -> None:
    """Refuse limits that no run can have.

    Raises:
        UsageError: one of them; says which.
    """
    for each in fields(Limits):
        value = getattr(limits, each.name)
        if (fault := fault_of(each.name, value)) is not None:
            raise UsageError(f"the limit {each.name} is {str(value)[:60]}; {fault}")
