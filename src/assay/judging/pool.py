"""Slots that tasks share, and blocking work on them that can be cancelled."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Generic, TypeVar

import anyio
from anyio import CapacityLimiter, to_thread

from assay.concurrency import gather
from assay.judging.job import Aborted
from assay.judging.slot import Slot, SlotSettings

Item = TypeVar("Item")
T = TypeVar("T")

_TURN_S = 0.05


class Pool:
    """Slots of one kind, numbered from `first`. A slot serves one task at a time."""

    def __init__(self, size: int, first: int, settings: SlotSettings) -> None:
        self.size = size
        self._free = [Slot(first + index, settings) for index in range(size)]
        self._all = tuple(self._free)
        self._turns = anyio.Semaphore(size)
        self._threads = CapacityLimiter(2 * size)  # the work, and waits for its end

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Slot]:
        """Have a slot to oneself. A warm one, where there is a choice."""
        async with self._turns:
            slot = self._free.pop()
            try:
                yield slot
            finally:
                self._free.append(slot)

    async def on(self, slot: Slot, work: Callable[[], T]) -> T:
        """Do blocking work on a slot in a thread.

        Cancelling ends the job that runs there, and waits the few milliseconds that
        this takes, so that the slot is free of it.
        """
        errand = _Errand(work)
        try:
            return await to_thread.run_sync(
                errand.run, abandon_on_cancel=True, limiter=self._threads
            )
        except anyio.get_cancelled_exc_class():
            if errand.call_off():
                slot.abort()
                with anyio.CancelScope(shield=True):
                    await to_thread.run_sync(errand.over.wait, limiter=self._threads)
            slot.clear_abort()
            raise

    async def each(
        self, work: Callable[[Slot, Item], T], items: Sequence[Item]
    ) -> list[T]:
        """Do blocking work on every item, on all slots at once; in their order.

        A slot is kept for a moment's worth of items, since handing one over costs as
        much as a short run, and is then given to whoever waits for it.
        """
        found: dict[int, T] = {}
        numbers = itertools.count()  # `next` of it is one step for all threads

        def some(slot: Slot) -> bool:
            until = time.monotonic() + _TURN_S
            while time.monotonic() < until:
                number = next(numbers)
                if number >= len(items):
                    return False
                found[number] = work(slot, items[number])
            return True

        async def worker() -> None:
            has_more = True
            while has_more:
                async with self.slot() as slot:
                    has_more = await self.on(slot, partial(some, slot))

        await gather([worker] * min(self.size, len(items)))
        return [found[number] for number in range(len(items))]

    async def let_go(self, work: Callable[[], T]) -> T:
        """Do the work that gives a slot back, in a thread and whatever happens."""
        with anyio.CancelScope(shield=True):
            result = await to_thread.run_sync(work, limiter=self._threads)
        return result  # noqa: RET504  a scope may swallow, says mypy

    async def close(self) -> None:
        """End all zygotes."""
        for slot in self._all:
            await self.let_go(slot.close)


class _Errand(Generic[T]):
    """Work in a thread that may be called off before it begins."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.over = threading.Event()
        self._work = work
        self._lock = threading.Lock()
        self._has_begun = self._is_off = False

    def run(self) -> T:
        with self._lock:
            if self._is_off:
                raise Aborted
            self._has_begun = True
        try:
            return self._work()
        finally:
            self.over.set()

    def call_off(self) -> bool:
        """Keep it from beginning; True if it has begun already."""
        with self._lock:
            self._is_off = True
            return self._has_begun
