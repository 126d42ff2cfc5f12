"""Which failures of an endpoint may pass, and how long to wait before asking again."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar

import anyio

from assay.errors import AssayError

T = TypeVar("T")

TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
LONGEST_WAIT_S = 60.0


class TransientFault(Exception):
    """A try failed in a way that may pass. Never leaves this folder."""

    def __init__(self, reason: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


async def retry(
    attempt: Callable[[], Awaitable[T]],
    *,
    max_tries: int,
    backoff_s: float,
    give_up: Callable[[TransientFault, int], AssayError],
) -> tuple[T, int]:
    """Await `attempt` until it answers; return its result and the number of retries.

    Only a `TransientFault` is tried again: after twice as long each time, or what
    the server asked for, never more than `LONGEST_WAIT_S`.

    Raises:
        AssayError: what `give_up` makes of the last fault and the number of tries.
    """
    for tries in range(1, max_tries + 1):
        try:
            return await attempt(), tries - 1
        except TransientFault as fault:
            if tries == max_tries:
                raise give_up(fault, tries) from fault
            await anyio.sleep(wait_s(tries, backoff_s, fault.retry_after_s))
    raise ValueError(f"max_tries is {max_tries}, and must be at least 1")


def wait_s(tries: int, backoff_s: float, retry_after_s: float | None) -> float:
    """Return the seconds to wait after so many tries, jittered unless the server said.

    >>> wait_s(1, 0.5, 7.0), wait_s(1, 0.5, 3600.0)
    (7.0, 60.0)
    >>> all(1.0 <= wait_s(3, 0.5, None) <= 2.0 for _ in range(50))
    True
    """
    if retry_after_s is not None:
        return min(retry_after_s, LONGEST_WAIT_S)
    longest = min(backoff_s * 2.0 ** (tries - 1), LONGEST_WAIT_S)
    return longest * random.uniform(0.5, 1.0)


def parse_retry_after(value: str | None) -> float | None:
    """Read a `retry-after` header: seconds or a date. None where it says neither.

    >>> parse_retry_after("1.5"), parse_retry_after("soon"), parse_retry_after(None)
    (1.5, None, None)
    >>> parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT")
    0.0
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return max(seconds, 0.0) if seconds == seconds else None  # nan is no time
