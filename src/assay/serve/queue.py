"""Who is next: a bounded queue with fair turns, and how often each key may ask.

Both belong to one event loop; nothing here is for several threads.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

from assay.errors import AssayError

_REMEMBERED = 32  # turns whose lengths are averaged
_FIRST_GUESS_S = 10.0  # a turn's length, before one has ended
_LEAST_S, _MOST_S = 1.0, 60.0  # OpenAI's clients do not honour what is longer
_FEW_BUCKETS = 1024


class Busy(AssayError):
    """Not now; after so many seconds it is worth another try."""

    http_status = 429

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Full(Busy):
    """As many requests wait as may."""


class TooFast(Busy):
    """A key has asked more often than it may."""


class _Ticket:
    """One request's place: it waits until its event is set, then it has a turn."""

    __slots__ = ("granted", "began_s")

    def __init__(self) -> None:
        self.granted = anyio.Event()
        self.began_s: float | None = None  # None until its block runs


class Turns:
    """At most so many turns at once; who has to wait is served round by round.

    In a round each key that waits has one turn, and within a key the oldest request
    goes first, so that a key waits for one turn of each other key, however many
    requests those have. A turn that runs is never taken away.

    Args:
        at_once: Turns that may run, at least 1.
        waiting_max: Requests that may wait, of all keys.
        per_key_max: Requests of one key that may wait; None: as many as fit.
        clock: Seconds, for the lengths of turns.
    """

    def __init__(
        self,
        at_once: int,
        waiting_max: int,
        per_key_max: int | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if at_once < 1:
            raise ValueError(f"{at_once} turns at once would never end a wait")
        self._at_once = at_once
        self._waiting_max = waiting_max
        self._per_key_max = waiting_max if per_key_max is None else per_key_max
        self._clock = clock
        self._n_running = 0
        # The key whose turn is next stands first. No key stands here without a ticket.
        self._lines: OrderedDict[str, deque[_Ticket]] = OrderedDict()
        self._lengths_s: deque[float] = deque(maxlen=_REMEMBERED)

    @property
    def at_once(self) -> int:
        """Turns that may run."""
        return self._at_once

    @property
    def waiting_max(self) -> int:
        """Requests that may wait."""
        return self._waiting_max

    @property
    def running(self) -> int:
        """Turns that have been given and have not ended."""
        return self._n_running

    @property
    def waiting(self) -> int:
        """Requests that wait for a turn."""
        return sum(len(line) for line in self._lines.values())

    def position(self, key: str) -> int | None:
        """How many turns begin until the key's next one does, itself included.

        None if the key does not wait.
        """
        for place, waiting in enumerate(self._lines, start=1):
            if waiting == key:
                return place
        return None

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait for a turn and have it for a block. Nothing is kept if it is cancelled.

        Raises:
            Full: too many wait already; this one did not wait at all.
        """
        ticket = self._enter(key)
        try:
            await ticket.granted.wait()
            ticket.began_s = self._clock()
            yield
        finally:
            self._leave(key, ticket)  # waits for nothing, so nothing can cancel it

    def _enter(self, key: str) -> _Ticket:
        ticket = _Ticket()
        if self._n_running < self._at_once:  # then nobody waits
            self._n_running += 1
            ticket.granted.set()
            return ticket
        self._require_room(key)
        self._lines.setdefault(key, deque()).append(ticket)
        return ticket

    def _require_room(self, key: str) -> None:
        n_waiting, n_own = self.waiting, len(self._lines.get(key, ()))
        if n_waiting >= self._waiting_max:
            told = f"{n_waiting} requests wait already, as many as may"
            raise self._full(told, n_turns=1)
        if n_own >= self._per_key_max:
            told = f"{n_own} requests of this key wait already, as many as may"
            raise self._full(told, n_turns=len(self._lines))

    def _full(self, told: str, *, n_turns: int) -> Full:
        """Full, until about so many turns have ended."""
        lengths = self._lengths_s or (_FIRST_GUESS_S,)
        expected_s = n_turns * sum(lengths) / len(lengths) / self._at_once
        retry_after_s = min(max(expected_s, _LEAST_S), _MOST_S)
        return Full(
            f"{told}; try again in {math.ceil(retry_after_s)} s",
            retry_after_s=retry_after_s,
        )

    def _leave(self, key: str, ticket: _Ticket) -> None:
        if not ticket.granted.is_set():
            self._drop(key, ticket)
            return
        if ticket.began_s is not None:
            self._lengths_s.append(max(0.0, self._clock() - ticket.began_s))
        if self._lines:
            self._next().granted.set()  # the turn goes from hand to hand
        else:
            self._n_running -= 1

    def _drop(self, key: str, ticket: _Ticket) -> None:
        self._lines[key].remove(ticket)
        if not self._lines[key]:
            del self._lines[key]

    def _next(self) -> _Ticket:
        key, line = self._lines.popitem(last=False)
        ticket = line.popleft()
        if line:
            self._lines[key] = line  # last in the next round
        return ticket


class RateLimit:
    """Requests a minute for each key: a bucket that fills evenly and starts full.

    Args:
        a_minute: How fast it fills, above 0.
        burst: How many requests it holds, at least 1; None: a minute's.
        clock: Seconds; one that goes back only stops the filling.
    """

    def __init__(
        self,
        a_minute: float,
        *,
        burst: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._holds = max(1.0, a_minute if burst is None else burst)
        self._a_second = a_minute / 60
        if not self._a_second > 0:
            raise ValueError(f"{a_minute} requests a minute would let nobody in")
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # left, at which second
        self._next_sweep = _FEW_BUCKETS

    def take(self, key: str) -> None:
        """Count one request.

        Raises:
            TooFast: there was none left; this one is not counted.
        """
        now_s = self._clock()
        left = self._left(key, now_s)
        if left < 1:
            self._buckets[key] = (left, now_s)
            wait_s = (1 - left) / self._a_second
            raise TooFast(
                f"more than {self._a_second * 60:g} requests a minute came; try again "
                f"in {math.ceil(wait_s)} s",
                retry_after_s=wait_s,
            )
        self._buckets[key] = (left - 1, now_s)
        if len(self._buckets) > self._next_sweep:
            self._sweep(now_s)

    def _left(self, key: str, now_s: float) -> float:
        left, then_s = self._buckets.get(key, (self._holds, now_s))
        return min(self._holds, left + max(0.0, now_s - then_s) * self._a_second)

    def _sweep(self, now_s: float) -> None:
        """Forget the keys whose bucket is full again, as a new one's would be."""
        for key in [k for k in self._buckets if self._left(k, now_s) >= self._holds]:
            del self._buckets[key]
        self._next_sweep = max(_FEW_BUCKETS, 2 * len(self._buckets))
