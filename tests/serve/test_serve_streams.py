"""A searched answer while it comes about: alive, shared, cancelled, in time."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import anyio
import pytest
from starlette.types import Message

from assay.serve import searching
from assay.serve.connections import Writer
from assay.serve.keys import KeyFile
from serve.raw_asking import CHAT_PATH, ask, chat, events_in, sent, until
from serve.running_server import TASK, Slow, eventually, running

LIVE = chat(TASK, stream=True)
BEAT = b": ping"


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a sign of life every so often that a test does not wait for it."""
    monkeypatch.setattr(searching, "HEARTBEAT_S", 0.05)


@pytest.fixture
def slow() -> Iterator[Slow]:
    """A model that waits for the test, and never longer than it."""
    model = Slow()
    yield model
    model.go.set()


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyFile]:
    """A file of keys."""
    file = KeyFile(tmp_path / "keys", create=True)
    yield file
    file.close()


def other(text: str, stream: bool = True) -> dict[str, object]:
    """The same task in other words, which is another solve."""
    return chat(f"{TASK}\n{text}", stream=stream)


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def test_the_head_leaves_at_once_and_a_silence_has_heartbeats(slow: Slow) -> None:
    with running(slow) as server:
        with sent(server.port, LIVE) as response:
            assert response.status == 200
            assert response.getheader("content-type", "").startswith("text/event-stre")
            assert response.getheader("x-assay-route") == "search"
            assert len(response.getheader("x-request-id", "")) == 16
            begun = until(response, BEAT)
            assert events_in(begun)[0]["choices"][0]["delta"]["role"] == "assistant"
            assert not slow.go.is_set(), "all this was said before the model was done"
            slow.go.set()
            rest = until(response, b"[DONE]")
        thought = [
            each["choices"][0]["delta"].get("reasoning_content", "")
            for each in events_in(rest)
            if each["choices"]
        ]
        assert "passed 2 of 2" in "".join(thought)
        assert b"return 2 * n" in rest
        server.settle()
        assert server.service.metrics.cancelled.value() == 0


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_hangs_up_ends_its_solve(slow: Slow, stream: bool) -> None:
    with running(slow) as server:
        data = json.dumps(chat(TASK, stream=stream)).encode()
        head = f"POST {CHAT_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        head += f"content-length: {len(data)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head.encode() + data)
            eventually(lambda: slow.asked)
            assert server.states == ["running"]
        server.settle()
        assert server.states == ["cancelled"]
        assert slow.left == slow.asked == 1
        assert server.service.metrics.cancelled.value() == 1
        assert ask(server.port, path="/v1/models", method="GET").status == 200


def test_identical_requests_are_one_solve_that_lives_while_one_listens(
    slow: Slow,
) -> None:
    with running(slow) as server, ExitStack() as stack:
        first = stack.enter_context(sent(server.port, LIVE))
        with sent(server.port, LIVE) as second:
            until(second, BEAT)
            (job,) = server.jobs
            assert job.n_watching == 2
        eventually(lambda: job.n_watching == 1, "the second one left")
        assert server.states == ["running"]
        slow.go.set()
        assert b"return 2 * n" in until(first, b"[DONE]")
        server.settle()
        assert server.states == ["done"]
        assert slow.left == 0


def test_a_deadline_gives_the_best_so_far_before_the_client_gives_up() -> None:
    model = Slow(n_quick=1)
    with running(model) as server:
        reply = ask(
            server.port,
            {**chat(TASK), "model": "scripted-quality"},
            headers={"x-stainless-read-timeout": "5"},
        )
        server.settle()
    assert reply.status == 200
    assert "return 2 * n" in reply.json["choices"][0]["message"]["content"]
    assert reply.json["assay"]["stopped"] == "interrupted"
    assert model.left >= 1, "the samples in flight were ended"


def test_a_turn_that_does_not_come_in_time_is_told_and_one_given_up_is_free(
    slow: Slow,
) -> None:
    with running(slow) as server, sent(server.port, LIVE) as first:
        until(first, BEAT)
        hurry = {"assay": {"timeout_s": 1.1, "route": "search"}}
        late = ask(server.port, other("late", False) | hurry)
        assert late.status == 503
        assert late.json["error"]["code"] == "queue_timeout"
        with sent(server.port, other("queued")) as queued:
            until(queued, BEAT)
            assert server.service.turns.waiting == 1
        eventually(lambda: not server.service.turns.waiting, "it kept its place")
        assert server.states == ["running", "failed", "cancelled"]
        assert slow.asked == 1


def test_a_full_queue_is_429_with_the_time_to_wait(slow: Slow) -> None:
    with running(slow, waiting=0) as server, sent(server.port, LIVE) as first:
        until(first, BEAT)
        for stream in (True, False):
            full = ask(server.port, other("full", stream))
            assert full.status == 429
            assert 1 <= int(full.headers["retry-after"]) <= 60
            assert full.json["error"]["code"] == "rate_limit_exceeded"
            assert len(full.headers["x-request-id"]) == 16
        with sent(server.port, LIVE) as second:  # it needs no turn of its own
            until(second, BEAT)
        assert server.states == ["running", "failed", "failed"]


def test_a_key_that_is_revoked_meanwhile_gets_no_answer(
    slow: Slow, keys: KeyFile
) -> None:
    secret = keys.create("ann")
    with running(slow, keys=keys) as server:
        assert ask(server.port, LIVE).status == 401
        with sent(server.port, LIVE, headers=bearer(secret)) as response:
            until(response, BEAT)
            keys.revoke("ann")
            (last,) = events_in(until(response, b"error"))
            assert last["error"]["code"] == "invalid_api_key"
            response.read()
        server.settle()
        assert server.states == ["cancelled"]
        assert slow.left == slow.asked == 1


def test_a_whole_answer_is_not_given_to_a_revoked_key_either(
    slow: Slow, keys: KeyFile
) -> None:
    secret = keys.create("ann")
    replies = []
    with running(slow, keys=keys) as server:
        asking = threading.Thread(
            target=lambda: replies.append(
                ask(server.port, chat(TASK), headers=bearer(secret))
            )
        )
        asking.start()
        eventually(lambda: slow.asked)
        keys.revoke("ann")
        asking.join(30)
        server.settle()
    assert replies[0].status == 401


def test_a_keys_tokens_are_booked_and_used_up(keys: KeyFile) -> None:
    secret = keys.create("ann", tokens_a_day=2000)
    with running(keys=keys) as server:
        first = ask(server.port, chat(TASK), headers=bearer(secret))
        server.settle()
        spend = first.json["assay"]["spend"]
        key = keys.check(secret)
        assert key is not None
        spent = spend["prompt_tokens"] + spend["completion_tokens"]
        assert keys.spent_today(key) == spent > 0
        keys.charge(key, 2000)
        for body in (chat(TASK), LIVE, chat("Why is the sky blue?")):
            none_left = ask(server.port, body, headers=bearer(secret))
            assert none_left.status == 429
            assert none_left.json["error"]["code"] == "insufficient_quota"
            assert int(none_left.headers["retry-after"]) >= 1


def test_a_budget_by_header_holds() -> None:
    with running() as server:
        one = ask(server.port, LIVE, headers={"x-assay-budget": "calls=1"})
        wrong = ask(server.port, LIVE, headers={"x-assay-budget": "much"})
    assert one.events[-1]["assay"]["spend"]["calls"] == 1
    assert one.events[-1]["assay"]["stopped"] == "budget"
    assert wrong.status == 400


def test_a_head_that_was_not_sent_is_sent_with_the_next_piece() -> None:
    told: list[str] = []

    async def send(message: Message) -> None:
        await room.wait()
        told.append(message["type"])

    async def main() -> None:
        writer = Writer(send)
        with anyio.move_on_after(0.01):
            await writer.write(b"a")
        assert not writer.has_begun
        room.set()
        await writer.end(b"b")

    room = anyio.Event()
    anyio.run(main)
    assert told == ["http.response.start", "http.response.body"]
