"""Requests that are passed on to an engine which dies: it is started again for them."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import pytest

from assay.concurrency import background
from assay.errors import ModelUnavailable
from assay.models.connection import Connection
from assay.models.retries import TransientFault
from assay.serve.upstream import Target, Upstream, keep_up
from assay.serve.wire.answer_schemas import ANSWERS
from serve.passing_pair import behind
from serve.raw_asking import ask
from serve.running_server import PATIENCE_S
from serve.scripted_upstream import Endpoint, Exchange, endpoint, saying, streaming

NAMES = {"model": "up"}


class Dying:
    """An engine on scripted endpoints: one for each time that it is started."""

    def __init__(self, *places: Endpoint, starts: bool = True) -> None:
        self.places, self.starts = places, starts
        self.generation = 1
        self.alive = True
        self.died = anyio.Event()
        self.starting = anyio.Lock()

    def target(self) -> Target:
        """Where it answers now; each time it has another key."""
        place = self.places[self.generation - 1]
        return Target(base_url=place.url, api_key=f"k{self.generation}", model="up")

    def die(self) -> None:
        """End, as a crash does."""
        self.alive = False
        self.died.set()

    async def has_died(self, *, within_s: float = 1.0) -> bool:
        """As of `Engine`."""
        with anyio.move_on_after(min(within_s, 5.0)):
            await self.died.wait()
        return not self.alive

    async def settled(self) -> None:
        """As of `Engine`."""
        async with self.starting:
            pass

    async def restart(self, generation: int) -> None:
        """As of `Engine`."""
        async with self.starting:
            if generation != self.generation:
                return
            if not self.starts:
                raise ModelUnavailable("it crashed 4 times within 60 s")
            await anyio.sleep(0.01)
            self.generation += 1
            self.alive, self.died = True, anyio.Event()


async def passed(upstream: Upstream) -> bytes:
    async with upstream.post("/chat/completions", NAMES, b"{}") as answer:
        return b"".join([piece async for piece in answer.pieces])


async def ignore(answer: Awaitable[bytes]) -> None:
    await answer


async def until(holds: Callable[[], object]) -> None:
    """Wait for what another task does."""
    with anyio.fail_after(PATIENCE_S):
        while not holds():  # noqa: ASYNC110  (it does not say when)
            await anyio.sleep(0.01)


def played(engine: Dying, play: Callable[[Upstream], Awaitable[None]]) -> None:
    async def run() -> None:
        upstream = Upstream(engine.target, engine=engine)
        try:
            await play(upstream)
        finally:
            await upstream.aclose()

    anyio.run(run)


def test_a_dead_engine_is_started_before_a_request_is_passed_on() -> None:
    with endpoint(saying("old")) as one, endpoint(saying("new")) as two:
        engine = Dying(one, two)

        async def play(upstream: Upstream) -> None:
            assert await passed(upstream) == b'"old"'
            engine.die()
            assert await passed(upstream) == b'"new"'
            assert await passed(upstream) == b'"new"'

        played(engine, play)
        assert engine.generation == 2
        assert [each.headers["authorization"] for each in one.seen + two.seen] == [
            "Bearer k1",
            "Bearer k2",
            "Bearer k2",
        ]


def test_one_that_dies_of_a_request_is_asked_once_more_and_only_once() -> None:
    def crash(exchange: Exchange) -> None:
        engine.die()

    with endpoint(crash) as one, endpoint(saying("new")) as two:
        engine = Dying(one, two, one)

        async def play(upstream: Upstream) -> None:
            assert await passed(upstream) == b'"new"'
            two.answer = crash
            with pytest.raises(TransientFault):
                await passed(upstream)
            assert engine.generation == 3

        played(engine, play)
        assert len(one.seen) == 2


def test_what_is_passed_on_is_among_the_calls_in_flight() -> None:
    with endpoint(saying("a")) as one:
        limiter = anyio.CapacityLimiter(1)

        @asynccontextmanager
        async def place() -> AsyncIterator[None]:
            async with limiter:
                yield

        async def play() -> None:
            engine = Dying(one)
            upstream = Upstream(engine.target, engine=engine, place=place)
            async with background() as start:
                async with limiter:
                    start(lambda: ignore(passed(upstream)))
                    await until(lambda: limiter.statistics().tasks_waiting == 1)
                    assert not one.seen
                await until(lambda: one.seen)
            await upstream.aclose()

        anyio.run(play)


def test_a_fault_of_an_engine_that_lives_is_no_reason_to_start_it() -> None:
    with endpoint(lambda exchange: None) as one:
        engine = Dying(one)

        async def play(upstream: Upstream) -> None:
            with pytest.raises(TransientFault):
                await passed(upstream)

        played(engine, play)
        assert (engine.generation, len(one.seen)) == (1, 1)


def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    def half(exchange: Exchange) -> None:
        exchange.head("text/event-stream", 200, "transfer-encoding: chunked")
        exchange.send(b"5\r\nhello\r\n")
        engine.die()

    with endpoint(half) as one, endpoint(streaming(b"new")) as two:
        engine = Dying(one, two)

        async def play(upstream: Upstream) -> None:
            with pytest.raises(TransientFault):
                await passed(upstream)

        played(engine, play)
        assert not two.seen


def test_the_sockets_to_an_engine_that_is_gone_are_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[str] = []
    close = Connection.aclose

    async def noting(self: Connection) -> None:
        closed.append(self.address.base)
        await close(self)

    monkeypatch.setattr(Connection, "aclose", noting)
    with endpoint(saying("old")) as one, endpoint(saying("new")) as two:
        engine = Dying(one, two)

        async def play(upstream: Upstream) -> None:
            async with upstream.post("/x", NAMES, b"{}"):
                engine.die()
                await passed(upstream)
                assert closed == [], "a request still uses them"
            assert closed == [one.url]

        played(engine, play)
        assert closed == [one.url, two.url]


def test_an_engine_that_does_not_start_is_told_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("assay.serve.upstream.REVIVE_S", 0.01)
    with endpoint(saying("old")) as one, endpoint(saying("new")) as two:
        engine = Dying(one, two, starts=False)

        async def play(upstream: Upstream) -> None:
            assert await upstream.is_up()
            engine.die()
            with pytest.raises(ModelUnavailable):
                await passed(upstream)
            async with background() as start:
                start(functools.partial(keep_up, engine))
                await until(lambda: caplog.records)
                assert not await upstream.is_up()
                engine.starts = True
                await until(lambda: engine.generation == 2)
                assert await upstream.is_up()
            assert await passed(upstream) == b'"new"'

        played(engine, play)
    assert "it is tried again in" in caplog.text


def test_a_server_whose_engine_is_dead_is_not_ready() -> None:
    with behind(saying({})) as (server, upstream):
        assert ask(server.port, path="/ready", method="GET").status == 200
        engine = Dying(upstream)
        server.service.upstream = Upstream(engine.target, engine=engine)
        assert ask(server.port, path="/ready", method="GET").status == 200
        engine.alive = False
        reply = ask(server.port, path="/ready", method="GET")
        assert (reply.status, reply.json) == (503, {"status": "restarting"})
        described = ANSWERS["NotReady"]["properties"]["status"]
        assert described == {"enum": ["failed", "restarting"]}
