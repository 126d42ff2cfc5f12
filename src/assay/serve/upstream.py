"""Requests that are passed through: to the engine, or to the endpoint behind us."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol

import anyio

from assay.errors import AssayError
from assay.models.address import parse_address
from assay.models.connection import Connection, Forwarded
from assay.models.retries import TransientFault

CONNECT_TIMEOUT_S = 10.0
READY_S = 0.1  # how long the question whether an engine answers may take
REVIVE_S = 60.0  # after which an engine that did not start is tried again

log = logging.getLogger("assay.serve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the model answers now. An engine that was restarted has another place."""

    base_url: str
    api_key: str | None
    model: str


class Mortal(Protocol):
    """What answers at a target, and may have to be started again: see `Engine`."""

    @property
    def generation(self) -> int:
        """How often it was started."""
        ...

    @property
    def alive(self) -> bool:
        """Whether it runs, as far as has been noticed."""
        ...

    async def has_died(self, *, within_s: float = 1.0) -> bool:
        """Whether it has ended, or does so soon."""
        ...

    async def settled(self) -> None:
        """Wait until it is not being started."""
        ...

    async def restart(self, generation: int) -> None:
        """Start it again, unless somebody has done so since `generation`."""
        ...


@dataclass(slots=True)
class _Link:
    """The sockets to one target, and the requests that use them."""

    target: Target
    connection: Connection
    n_used: int = 0


class Upstream:
    """Passes requests on, unchanged but for the model's name.

    A request that an engine dies of before it answers is passed on once more, to the
    engine that is started in its place. An answer that has begun is not begun again.

    Args:
        target: Asked before every request.
        engine: What answers there, where it is ours to start again.
        place: What each request is sent within: its place among those in flight.
        idle_timeout_s: The longest silence.
    """

    def __init__(
        self,
        target: Callable[[], Target],
        *,
        engine: Mortal | None = None,
        place: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
        idle_timeout_s: float = 300.0,
    ) -> None:
        self._target = target
        self._engine = engine
        self._place = place
        self._idle_timeout_s = idle_timeout_s
        self._links: list[_Link] = []  # the one in use last; others until they are free
        self._lacking: dict[str, str] = {}  # a path, and the address that lacks it

    @property
    def address(self) -> str:
        """Where requests are passed on to now.

        Raises:
            UsageError: nowhere.
        """
        return self._target().base_url

    def lacks(self, path: str) -> bool:
        """Whether what answers now was found to serve nothing at a path."""
        return path in self._lacking and self._lacking[path] == self.address

    def note_lack(self, path: str) -> None:
        """Remember that what answers now serves nothing at a path."""
        self._lacking[path] = self.address

    async def is_up(self) -> bool:
        """Whether the engine runs and answers. Of an endpoint nothing is asked."""
        if self._engine is None:
            return True
        with anyio.move_on_after(READY_S):
            await self._engine.settled()
            return self._engine.alive
        return False

    async def aclose(self) -> None:
        """Close every socket."""
        for link in self._links:
            await link.connection.aclose()

    @asynccontextmanager
    async def post(
        self, path: str, body: Mapping[str, Any], raw: bytes
    ) -> AsyncIterator[Forwarded]:
        """Post a request and give its answer as it comes.

        Args:
            path: Below `/v1`.
            body: The request as JSON; read only where its model has to be changed.
            raw: The same as it came: what is sent where nothing has to be changed.

        Raises:
            TransientFault, ModelUnavailable: nothing was answered.
        """
        async with self._place(), AsyncExitStack() as stack:
            generation = await self._running()
            try:
                answer = await self._begun(stack, path, body, raw)
            except TransientFault:
                if not await self._has_died(generation):
                    raise
                await self._running()
                answer = await self._begun(stack, path, body, raw)
            yield answer

    async def _begun(
        self, stack: AsyncExitStack, path: str, body: Mapping[str, Any], raw: bytes
    ) -> Forwarded:
        target = self._target()
        if body.get("model") != target.model:
            raw = json.dumps({**body, "model": target.model}).encode()
        connection = await stack.enter_async_context(self._linked(target))
        return await stack.enter_async_context(connection.forward(path, raw))

    async def _running(self) -> int:
        """Have the engine running; which one it is."""
        return 0 if self._engine is None else await revived(self._engine)

    async def _has_died(self, generation: int) -> bool:
        """Whether that engine runs no more: what failed is worth another try."""
        engine = self._engine
        if engine is None:
            return False
        return generation != engine.generation or await engine.has_died()

    @asynccontextmanager
    async def _linked(self, target: Target) -> AsyncIterator[Connection]:
        """The sockets to a target. Those to another close when nothing uses them."""
        if not self._links or self._links[-1].target != target:
            self._links.append(_Link(target, self._connection(target)))
        link = self._links[-1]
        link.n_used += 1
        try:
            await self._close_old()
            yield link.connection
        finally:
            link.n_used -= 1
            await self._close_old()

    async def _close_old(self) -> None:
        old = [each for each in self._links[:-1] if not each.n_used]
        for link in old:
            self._links.remove(link)
        with anyio.CancelScope(shield=True):
            for link in old:
                await link.connection.aclose()

    def _connection(self, target: Target) -> Connection:
        return Connection(
            parse_address(target.base_url),
            api_key=target.api_key,
            connect_timeout_s=CONNECT_TIMEOUT_S,
            idle_timeout_s=self._idle_timeout_s,
        )


async def revived(engine: Mortal) -> int:
    """Wait until an engine runs, and start it where it does not; its generation.

    Raises:
        ModelUnavailable: it died too often, or does not start.
    """
    await engine.settled()
    if not engine.alive:
        await engine.restart(engine.generation)
    return engine.generation


async def keep_up(engine: Mortal) -> None:
    """Start an engine again whenever it dies, until it is cancelled.

    Requests restart it, too. But who first asks whether the server is ready, and stays
    away while it is not, sends none.
    """
    while await engine.has_died(within_s=inf):
        try:
            await revived(engine)
        except AssayError as error:
            log.error("%s; it is tried again in %.0f s", error, REVIVE_S)
            await anyio.sleep(REVIVE_S)
