"""What one client may hold: connections, bodies, what is read ahead, memory."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from typing import Any

import anyio.lowlevel
import pytest

from assay.budget import Limit
from assay.concurrency import background
from assay.judging.judge import open_judge
from assay.models.scripted import Scripted
from assay.serve import listening, solves
from assay.serve.pages import access
from assay.serve.solves import Asked, Job, Solves
from assay.serve.weights import weight
from assay.solve import Recipe
from assay.trace import TraceEvent
from assay.types import IOMode, Problem
from serve.paging import FORM, post
from serve.raw_asking import ask, chat, raw
from serve.running_server import TASK, Running, Slow, eventually, running

HOST = b"Host: localhost\r\n"
GET = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as found:
        yield found


def all_of(connection: socket.socket) -> bytes:
    """What comes until the server hangs up."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def connected(server: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def refusal_in(answer: bytes) -> tuple[int, Any]:
    """The status and the error of an answer, which has a number like any other."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.search(rb"(?i)^x-request-id: [0-9a-f]{16}\r?$", head, re.M)
    return int(head.split()[1]), json.loads(body)["error"]


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HEAD_WITHIN_S", 0.2)


@pytest.mark.usefixtures("_hasty")
def test_a_head_that_does_not_come_is_not_waited_for(server: Running) -> None:
    for sent in (b"", b"GET / HT", GET + b"GET /hea", GET[:-2]):
        with connected(server) as connection:
            connection.sendall(sent)
            answer = all_of(connection)
        if sent:
            whole = answer[answer.index(b"HTTP/1.1 408") :]
            assert refusal_in(whole)[1]["code"] == "request_timeout"
        assert answer.count(b"200 OK") == sent.count(GET)
    server.settle()


@pytest.mark.usefixtures("_hasty")
def test_an_answer_may_take_longer_than_a_head() -> None:
    model = Slow()
    with running(model) as server, connected(server) as connection:
        body = json.dumps(chat(TASK)).encode()
        length = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
        path = b"POST /v1/chat/completions HTTP/1.1\r\n"
        connection.sendall(path + HOST + length + body)
        eventually(lambda: model.asked)
        time.sleep(0.5)
        model.go.set()
        assert b"200 OK" in all_of(connection)


def test_more_connections_than_there_is_room_for_are_told_so(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "MOST_CONNECTIONS", 2)
    with connected(server), connected(server), connected(server) as third:
        status, error = refusal_in(all_of(third))
    assert (status, error["code"]) == (503, "too_many_connections")
    eventually(lambda: not server.uvicorn.server_state.connections)
    assert ask(server.port, path="/health", method="GET").status == 200


def test_what_is_no_http_is_told_so_as_all_else_is(server: Running) -> None:
    for sent in (b"\x16\x03\x01\r\n\r\n", b"GET  / HTTP/9\r\n\r\n", b"a" * 99_999):
        status, error = refusal_in(raw(server.port, sent))
        assert (status, error["code"]) == (400, "invalid_http")


def streamed(text: str) -> bytes:
    body = json.dumps(chat(text, stream=True)).encode()
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    return b"POST /v1/chat/completions HTTP/1.1\r\n" + HOST + length + body


def test_who_leaves_with_a_request_waiting_behind_the_answer_is_noticed() -> None:
    model = Slow()
    with running(model) as server:
        with connected(server) as connection:
            connection.sendall(streamed(TASK) + GET)
            eventually(lambda: model.asked)
            connection.sendall(GET)
            left_s = time.monotonic()
        eventually(lambda: model.left)
        server.settle()
        assert time.monotonic() - left_s < 4.0, "no heartbeat had to fail"


def test_requests_behind_an_answer_are_answered_in_their_turn() -> None:
    model = Slow()
    with running(model) as server, connected(server) as connection:
        connection.sendall(streamed(TASK) + GET)
        eventually(lambda: model.asked)
        connection.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        model.go.set()
        answers = all_of(connection)
    assert answers.count(b"HTTP/1.1 200 OK") == 3
    assert answers.index(b"data: [DONE]") < answers.index(b'{"status":"ok"}')


@pytest.mark.parametrize(
    ("path", "n_bytes", "wanted"),
    [
        ("/health", 5_000, 413),
        ("/login", 5_000, 413),
        ("/static/style.css", 5_000, 413),
        ("/nowhere", 5_000, 413),
        ("/solves", 300_000, 413),
        ("/solves", 200_000, 403),  # it has no token
        ("/v1/chat/completions", 300_000, 400),
    ],
)
def test_only_the_api_takes_long_bodies(
    server: Running, path: str, n_bytes: int, wanted: int
) -> None:
    reply = ask(server.port, b"a" * n_bytes, path=path, headers=FORM)
    assert reply.status == wanted
    assert len(reply.headers["x-request-id"]) == 16


def test_signing_in_is_slow_and_each_address_has_its_own_tries(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assay.serve.keys import KeyFile

    monkeypatch.setattr(access, "FAILURE_S", 0.01)
    monkeypatch.setattr(access, "TRIES_A_MINUTE", 3)
    other = {"x-forwarded-for": "192.0.2.1"}
    with closing(KeyFile(tmp_path / "keys", create=True)) as keys:
        secret = keys.create("ann")
        with running(keys=keys) as server:
            tries = [post(server, "/login", key="assay-x").status for _ in range(4)]
            assert tries == [401, 401, 401, 429]
            assert post(server, "/login", key=secret).status == 429
            assert post(server, "/login", key=secret, headers=other).status == 303


# What is kept of solves


@asynccontextmanager
async def kept() -> AsyncIterator[Solves]:
    async with open_judge(slots=1) as judge, background() as start:
        yield Solves(start, judge)


def asked() -> Asked:
    model = Scripted(lambda request: "nothing")
    problem = Problem(id="a", statement="a", io_mode=IOMode.STDIN)
    return Asked(problem=problem, model=model, recipe=Recipe(n_max=1), limit=Limit())


def told(text: str) -> TraceEvent:
    return TraceEvent(kind="note", at_s=0.0, data={"text": text, "more": [{"a": None}]})


def test_a_solve_keeps_its_last_events_and_no_more_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solves, "MOST_EVENT_BYTES", 10_000)

    async def run() -> None:
        job = Job("a", asked())
        for number in range(50):
            job.tell(told(f"{number} " + "x" * 900))
        assert job.n_events == 50
        assert 5 < len(job.events) < 11
        assert job.events[-1].data["text"].startswith("49 ")
        assert job.n_bytes <= 10_000
        assert job.n_bytes == sum(weight(each.data) for each in job.events)
        job.tell(told("x" * 99_999))
        assert (len(job.events), job.n_bytes, job.n_events) == (0, 0, 51)

    anyio.run(run)


def test_the_oldest_solves_go_where_the_kept_ones_hold_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solves, "KEPT_BYTES", 250_000)

    async def run() -> None:
        async with kept() as jobs:

            @asynccontextmanager
            async def turn() -> AsyncIterator[None]:
                yield

            names = []
            for number in range(5):
                async with jobs.watching(str(number), asked(), turn) as watch:
                    watch.job.tell(told("x" * 100_000))
                    names.append(watch.job.id)
                    while not watch.is_over:
                        await watch.next(30)
                await anyio.lowlevel.checkpoint()
            assert [*jobs.jobs] == names[-2:]

    anyio.run(run)
