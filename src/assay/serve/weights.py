"""About how much memory a solve's events hold, without a walk over all of them."""

from __future__ import annotations

from collections.abc import Mapping

EACH_BYTES = 64  # of an object besides its text


def weight(value: object) -> int:
    """About how many bytes a value holds, of plain data.

    >>> weight({"text": "a" * 1000}) > 1000 > weight([1, 2.0, None])
    True
    """
    if isinstance(value, str):
        return EACH_BYTES + len(value)
    if isinstance(value, Mapping):
        return EACH_BYTES + sum(weight(k) + weight(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return EACH_BYTES + sum(map(weight, value))
    return EACH_BYTES
