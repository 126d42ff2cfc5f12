"""Programs with which the judge talks: calls one by one, and tests that ask."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial

from assay.judging.pool import Pool
from assay.judging.runs import Program, Tester
from assay.judging.slot import Slot
from assay.types import Call, Observation, Value

OnRequest = Callable[[Value], Awaitable[Value]]


class Session:
    """A program that was loaded once and answers calls, one at a time."""

    def __init__(self, program: Program, pool: Pool, slot: Slot) -> None:
        self._program = program
        self._pool = pool
        self._slot = slot

    async def call(self, call: Call, entry_point: str | None = None) -> Observation:
        """Call the function and wait for what it does.

        After a call that ended the program (a limit, a crash) the next call runs in
        a fresh sandbox; after three such restarts the status is `SKIPPED`.

        Args:
            call: What to call it with.
            entry_point: Another name than the session's, e.g. `Stack().push`.

        Raises:
            JudgeUnavailable: the sandbox itself failed, twice.
        """
        work = partial(self._program.call, call, entry_point)
        return await self._pool.on(self._slot, work)


async def converse(
    pool: Pool, slot: Slot, tester: Tester, on_request: OnRequest
) -> Observation:
    """Answer a tester until it gives its result or ends; end it in any case.

    Args:
        on_request: Answers; what it raises ends the run and is raised here.
    """
    try:
        await pool.on(slot, tester.begin)
        while (said := await pool.on(slot, tester.next)) is not None:
            kind, value = said
            if kind == "result":
                return await pool.on(slot, partial(tester.finished, value))
            asked_s = time.monotonic()
            reply = await on_request(value)
            tester.reply(reply, time.monotonic() - asked_s)
        return await pool.on(slot, tester.failed)
    finally:
        await pool.let_go(tester.close)
