"""What an answer that is passed through costs, may cost, and whom it keeps waiting."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from assay.serve.keys import KeyFile
from serve.passing_pair import LIVE, behind
from serve.raw_asking import ask, chat, sent, until
from serve.running_server import (
    CHAT,
    PATIENCE_S,
    TASK,
    Running,
    Slow,
    eventually,
    running,
)
from serve.scripted_upstream import (
    DONE,
    WHOLE,
    Endpoint,
    Exchange,
    chunk,
    saying,
    streaming,
)

N_WORDS = len(CHAT.split())  # what the scripted model counts
GUESS = -(-len(CHAT) // 4)
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":40}}\n\n'


class Payer:
    """A server, its endpoint, and a key whose tokens are counted."""

    def __init__(self, server: Running, upstream: Endpoint, keys: KeyFile) -> None:
        self.server, self.upstream, self.keys = server, upstream, keys
        self.is_new()

    def is_new(self, tokens_a_day: int | None = None) -> None:
        """Ask with a new key from here on."""
        name = f"key{len(self.keys.list())}"
        self.secret = self.keys.create(name, tokens_a_day)
        found = self.keys.check(self.secret)
        assert found is not None
        self.key = found

    @property
    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"authorization": f"Bearer {self.secret}"}

    def ask(self, body: object, **more: Any) -> Any:
        """Ask with the key."""
        return ask(self.server.port, body, headers=self.headers, **more)

    def spent(self) -> int:
        """What the key has spent, once nothing is under way."""
        self.server.settle()
        return self.keys.spent_today(self.key)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyFile]:
    found = KeyFile(Path(tmp_path_factory.mktemp("keys")) / "keys", create=True)
    yield found
    found.close()


@pytest.fixture(scope="module")
def served(keys: KeyFile) -> Iterator[Payer]:
    with behind(streaming(WHOLE), keys=keys) as (server, upstream):
        yield Payer(server, upstream, keys)


@pytest.fixture
def payer(served: Payer) -> Payer:
    served.is_new()
    served.upstream.seen.clear()
    return served


def test_a_stream_without_usage_costs_its_events_and_its_prompt(payer: Payer) -> None:
    payer.upstream.answer = streaming(WHOLE)
    payer.ask(LIVE)
    assert payer.spent() == N_WORDS + 3


def test_a_usage_counts_wherever_it_stands(payer: Payer) -> None:
    payer.upstream.answer = streaming(USAGE + chunk("x" * 9000) + DONE)
    payer.ask(LIVE)
    assert payer.spent() == 51


def test_a_whole_answer_costs_what_it_says_or_what_it_holds(payer: Payer) -> None:
    usage = {"prompt_tokens": 11, "completion_tokens": 40}
    payer.upstream.answer = saying({"usage": usage, "choices": ["x" * 9000]})
    payer.ask(chat(CHAT))
    assert payer.spent() == 51
    payer.upstream.answer = saying({"choices": ["x" * 400]})
    payer.ask(chat(CHAT))
    n_bytes = len(json.dumps({"choices": ["x" * 400]}))
    assert payer.spent() == 51 + N_WORDS - (-n_bytes // 4)


def test_what_was_refused_or_never_began_costs_nothing(payer: Payer) -> None:
    for stream in (True, False):
        for answer in (saying({"error": {}}, 400), lambda exchange: None):
            payer.upstream.answer = answer
            assert payer.ask(chat(CHAT, stream=stream)).status in (400, 502)
    payer.upstream.answer = saying({"error": {}}, 400)
    payer.ask({"model": "scripted", "input": "a"}, path="/v1/embeddings")
    assert payer.spent() == 0


def test_embeddings_are_paid_for_by_who_leaves_before_they_come(payer: Payer) -> None:
    payer.upstream.answer = Exchange.wait_closed
    body = {"model": "scripted", "input": "a"}
    leaving = HTTPConnection("127.0.0.1", payer.server.port, timeout=PATIENCE_S)
    with closing(leaving):
        leaving.request("POST", "/v1/embeddings", json.dumps(body), payer.headers)
        eventually(lambda: payer.upstream.seen)
    assert payer.spent() == -(-len(json.dumps(body)) // 4)


def test_a_client_that_leaves_pays_what_came_and_the_prompt(payer: Payer) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        exchange.send(chunk("a") + chunk("b"))
        exchange.wait_closed()

    payer.upstream.answer = endless
    with sent(payer.server.port, LIVE, headers=payer.headers) as response:
        until(response, b'"b"')
    assert payer.spent() == N_WORDS + 2


def test_a_stream_that_is_cut_pays_what_came_whatever_it_told_before(
    payer: Payer,
) -> None:
    told = b'data: {"usage":{"input_tokens":11,"output_tokens":1}}\n\n'
    payer.upstream.answer = streaming(told + chunk("a") * 20)
    payer.ask(LIVE)
    assert payer.spent() == 11 + 21


def test_where_the_model_cannot_count_a_prompt_it_is_guessed(
    payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.serve.allowance.COUNT_S", 0.0)
    payer.upstream.answer = streaming(WHOLE)
    payer.ask(LIVE)
    assert payer.spent() == GUESS + 3


@pytest.mark.parametrize(
    ("fields", "passed"),
    [
        ({}, {"max_tokens": 95}),
        ({"max_tokens": 7}, {"max_tokens": 7}),
        ({"max_tokens": 700}, {"max_tokens": 95}),
        ({"max_completion_tokens": 700}, {"max_completion_tokens": 95}),
        ({"max_tokens": -1, "n": 2}, {"max_tokens": 47, "n": 2}),
        ({"n_predict": 700}, {"n_predict": 95, "max_tokens": 95}),
        ({"max_output_tokens": 1}, {"max_output_tokens": 1, "max_tokens": 95}),
        ({"n": 2, "best_of": 5}, {"n": 2, "best_of": 5, "max_tokens": 19}),
    ],
)
def test_a_budget_and_what_a_key_has_left_bound_the_answer(
    payer: Payer, fields: dict[str, int], passed: dict[str, int]
) -> None:
    payer.upstream.answer = saying({"choices": []})
    budget = {"assay": {"budget": f"tokens={95 + GUESS}"}}
    assert payer.ask(chat(CHAT, **fields) | budget).status == 200
    assert payer.upstream.last.body == chat(CHAT, model="up") | passed
    payer.is_new(95 + GUESS)
    assert payer.ask(chat(CHAT, **fields)).status == 200
    assert payer.upstream.last.body == chat(CHAT, model="up") | passed


@pytest.mark.parametrize(
    ("path", "name"),
    [("/v1/responses", "max_output_tokens"), ("/v1/messages", "max_tokens")],
)
def test_each_api_has_its_own_word_for_the_bound(
    payer: Payer, path: str, name: str
) -> None:
    payer.upstream.answer = saying({})
    body = LIVE | {"input": CHAT, "max_tokens": 500, "stream": False}
    if name != "max_tokens":
        body = {"model": "scripted", "input": CHAT}
    headers = payer.headers | {"x-assay-budget": f"tokens={95 + GUESS}"}
    assert ask(payer.server.port, body, path=path, headers=headers).status == 200
    assert payer.upstream.last.body[name] == 95


def test_where_nothing_is_left_for_an_answer_nothing_is_asked(payer: Payer) -> None:
    for stream in (True, False):
        body = chat(CHAT, stream=stream)
        poor = payer.ask(body | {"assay": {"budget": f"tokens={GUESS}"}})
        assert poor.status == 400
        assert poor.json["error"]["param"] == "assay.budget"
        payer.is_new(GUESS)
        none_left = payer.ask(body)
        assert none_left.status == 429
        assert none_left.json["error"]["code"] == "insufficient_quota"
        assert int(none_left.headers["retry-after"]) >= 1
    assert not payer.upstream.seen


def test_counting_waits_its_turn_and_keeps_the_keys_limit(payer: Payer) -> None:
    path, body = "/v1/messages/count_tokens", chat(CHAT)
    assert payer.ask(body, path=path).json == {"input_tokens": N_WORDS}
    payer.is_new(0)
    assert payer.ask(body, path=path).status == 429
    payer.is_new()
    go = threading.Event()

    def held(exchange: Exchange) -> None:
        go.wait(PATIENCE_S)
        saying({})(exchange)

    payer.upstream.answer = held
    turns, replies = payer.server.service.passing, []
    holding = [
        threading.Thread(target=payer.ask, args=(chat(CHAT),))
        for _ in range(turns.at_once)
    ]
    for each in holding:
        each.start()
    eventually(lambda: len(payer.upstream.seen) == turns.at_once)
    counting = threading.Thread(
        target=lambda: replies.append(payer.ask(body, path=path))
    )
    counting.start()
    eventually(lambda: turns.waiting == 1)
    go.set()
    for each in (counting, *holding):
        each.join(PATIENCE_S)
    assert replies[0].json == {"input_tokens": N_WORDS}


def test_choices_that_are_not_given_count_too(payer: Payer) -> None:
    payer.upstream.answer = saying({"choices": []})
    body = {"model": "scripted", "prompt": CHAT, "best_of": 5}
    body |= {"assay": {"budget": f"tokens={95 + GUESS}"}}
    assert payer.ask(body, path="/v1/completions").status == 200
    assert payer.upstream.last.body["max_tokens"] == 19


def test_one_sample_does_not_wait_for_a_search() -> None:
    slow = Slow(n_quick=0)
    fast = {"assay": {"route": "fast"}}
    with running(slow, waiting=0) as server:
        with sent(server.port, chat(TASK, stream=True)) as search:
            eventually(lambda: slow.asked)
            replies: list[Any] = []
            asking = threading.Thread(
                target=lambda: replies.append(ask(server.port, chat(TASK) | fast))
            )
            asking.start()
            eventually(lambda: server.states == ["running", "running"])
            assert server.service.turns.running == 1
            metrics = ask(server.port, path="/metrics", method="GET").body
            assert b"\nassay_solves_running 2\n" in metrics
            slow.go.set()
            asking.join(PATIENCE_S)
            assert "return 2 * n" in json.dumps(replies[0].json)
            search.read()
        server.settle()
