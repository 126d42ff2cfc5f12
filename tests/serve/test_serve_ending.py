"""Solves that fail or are ended, a model that goes, and a server that goes itself."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from assay.errors import ConfigError, EnvironmentFault, ModelUnavailable
from assay.serve import searching
from assay.serve.app import Server
from assay.serve.service import Service
from assay.types import Request, Usage
from serve.raw_asking import Reply, ask, chat, events_in, sent, until
from serve.running_server import (
    CHAT,
    GOOD,
    TASK,
    Running,
    Slow,
    eventually,
    listening,
    running,
)
from serve.scripted_upstream import Exchange, chunk, endpoint

LIVE = chat(TASK, stream=True)
BEAT = b": ping"


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "HEARTBEAT_S", 0.05)


class Leaving(Slow):
    """A model that writes, and is gone when it is asked to count."""

    async def count_prompt_tokens(self, request: Request) -> int:
        """Fail, but for the solve's own calls."""
        if request.max_tokens == 200:
            return await super().count_prompt_tokens(request)
        raise ModelUnavailable("the engine at http://10.0.0.1 has gone")


class Asking:
    """A request that is under way in a thread of its own."""

    def __init__(self, server: Running, body: dict[str, object]) -> None:
        self.reply: Reply | None = None
        self._thread = threading.Thread(target=self._ask, args=(server.port, body))
        self._thread.start()

    def _ask(self, port: int, body: dict[str, object]) -> None:
        self.reply = ask(port, body)

    def wait(self) -> Reply:
        """Its answer."""
        self._thread.join(30)
        assert self.reply is not None
        return self.reply


def failing() -> Service:
    """Open nothing."""
    raise ModelUnavailable("there is no such file")


def unopened() -> Service:
    """What is never reached."""
    raise AssertionError


def test_an_answer_is_not_lost_because_nobody_can_count_its_tokens() -> None:
    model = Leaving()
    model.go.set()
    with running(model) as server:
        whole = ask(server.port, chat(TASK))
        live = ask(server.port, chat(TASK, stream=True))
        body = chat(TASK, max_tokens=9)
        counting = ask(server.port, body, path="/v1/messages/count_tokens")
    assert "return 2 * n" in whole.json["choices"][0]["message"]["content"]
    assert whole.json["usage"]["completion_tokens"] > 5
    assert b"return 2 * n" in live.body
    assert "error" not in live.events[-1]
    assert counting.status == 503
    assert b"10.0.0.1" not in counting.body


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ModelUnavailable("no answer from http://10.0.0.1"), 503, "unavailable"),
        (RuntimeError("a bug with /etc/passwd in it"), 500, "internal_error"),
        (ConfigError("a budget is wrong"), 400, None),
    ],
)
def test_a_solve_that_fails_is_told_and_the_next_one_is_new(
    error: Exception, status: int, code: str | None
) -> None:
    failing = True

    def reply(request: Request) -> str:
        if failing:
            raise error
        return GOOD

    with running(reply) as server:
        whole = ask(server.port, chat(TASK))
        live = ask(server.port, LIVE)
        assert whole.status == status
        assert whole.json["error"]["code"] == code
        assert live.status in (200, status), "it may be known before the head leaves"
        told = live.events[-1] if live.status == 200 else live.json
        assert told["error"]["code"] == code
        assert b"10.0.0.1" not in whole.body + live.body
        assert b"passwd" not in whole.body + live.body
        failing = False
        assert ask(server.port, chat(TASK)).status == 200
        server.settle()
        assert server.states == ["failed", "failed", "done"]


def test_a_solve_that_is_cancelled_by_somebody_else_gives_its_best() -> None:
    model = Slow(n_quick=1)
    with running(model) as server:
        with sent(server.port, LIVE) as response:
            until(response, b"passed 2 of 2")
            eventually(lambda: model.asked > 1)
            server.call(lambda: server.service.solves.cancel(server.jobs[0]))
            rest = until(response, b"[DONE]")
        assert b"return 2 * n" in rest
        assert events_in(rest)[-1]["assay"]["stopped"] == "interrupted"
        server.settle()
        assert server.states == ["cancelled"]
        assert model.left == model.asked - 1


def test_one_that_is_cancelled_while_it_waits_is_told_and_keeps_no_place() -> None:
    model = Slow()
    with running(model) as server, sent(server.port, LIVE) as first:
        until(first, BEAT)
        waiting = Asking(server, chat(f"{TASK}\nPlease."))
        eventually(lambda: server.service.turns.waiting)
        server.call(lambda: server.service.solves.cancel(server.jobs[1]))
        reply = waiting.wait()
        assert reply.status == 503
        assert reply.json["error"]["code"] == "cancelled"
        assert not server.service.turns.waiting
        model.go.set()
        assert b"return 2 * n" in until(first, b"[DONE]")


def test_spend_that_cannot_be_booked_does_not_end_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(self: Service, key: object, usage: Usage) -> None:
        raise EnvironmentFault("the disk is full")

    monkeypatch.setattr(Service, "charge", full)
    with running() as server:
        for _ in range(2):
            assert ask(server.port, chat(TASK)).status == 200
        assert ask(server.port, path="/ready", method="GET").status == 200


def test_a_server_that_ends_gives_the_best_so_far_and_leaves_quietly(
    capfd: pytest.CaptureFixture[str],
) -> None:
    model = Slow(n_quick=1)
    with running(model) as server, sent(server.port, LIVE) as live:
        whole = Asking(server, chat(TASK))
        waiting = Asking(server, chat(f"{TASK}\nPlease."))
        until(live, b"passed 2 of 2")
        eventually(lambda: model.asked > 1 and server.service.turns.waiting)
        eventually(lambda: server.jobs[0].n_watching == 2)
        begun = time.monotonic()
        server.uvicorn.should_exit = True
        assert b"return 2 * n" in until(live, b"[DONE]")
        assert "return 2 * n" in whole.wait().body.decode()
        assert waiting.wait().json["error"]["code"] == "cancelled"
        server.thread.join(20)
        assert time.monotonic() - begun < 10
        assert model.left == model.asked - 1
    told = capfd.readouterr().err
    assert "Traceback" not in told
    assert "Exception" not in told


def test_it_does_not_wait_for_an_endpoint_that_never_ends(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.serve.listening.GRACE_S", 0.2)

    def endless(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        exchange.send(chunk("Because "))
        exchange.wait_closed()

    with (
        endpoint(endless) as upstream,
        running(upstream=upstream.url) as server,
        sent(server.port, chat(CHAT, stream=True)) as live,
    ):
        until(live, b"Because")
        server.uvicorn.should_exit = True
        server.thread.join(20)
        assert not server.thread.is_alive()
        assert upstream.last.closed.wait(20)
    assert "Traceback" not in capfd.readouterr().err


def test_while_the_model_is_loaded_it_says_so(
    capfd: pytest.CaptureFixture[str],
) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Service]:
        await anyio.sleep_forever()
        yield unopened()

    with listening(Server(opened), is_open=False) as (_, port, _, _):
        assert ask(port, path="/health", method="GET").status == 200
        for path, method in (("/ready", "GET"), ("/v1/models", "GET")):
            reply = ask(port, path=path, method=method)
            assert reply.status == 503
            assert reply.json["error"]["code"] == "model_loading"
            assert int(reply.headers["retry-after"]) >= 1
        assert ask(port, chat(TASK)).status == 503
    assert "Traceback" not in capfd.readouterr().err


def test_a_model_that_cannot_be_opened_ends_the_server() -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Service]:
        yield failing()

    server = Server(opened)
    with listening(server, is_open=False) as (_, _, thread, _):
        thread.join(20)
        assert not thread.is_alive()
    assert isinstance(server.failed, ModelUnavailable)
