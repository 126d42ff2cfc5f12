"""Messages and responses for an endpoint that knows chats alone: as one answer each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from assay.serve.keys import KeyFile
from assay.serve.service import guessed
from assay.serve.upstream import Target, Upstream
from serve.passing_pair import Pair, behind
from serve.raw_asking import CHAT_PATH, Reply, ask, sent, until
from serve.running_server import CHAT, eventually
from serve.scripted_upstream import (
    DONE,
    WHOLE,
    Answer,
    Endpoint,
    Exchange,
    chunk,
    saying,
    streaming,
)

MESSAGES, RESPONSES = "/v1/messages", "/v1/responses"
TURN = {"role": "user", "content": CHAT}
MESSAGE: dict[str, Any] = {"model": "scripted", "messages": [TURN], "max_tokens": 9}
RESPONSE: dict[str, Any] = {"model": "scripted", "input": CHAT}
BOTH = [(MESSAGES, MESSAGE), (RESPONSES, RESPONSE)]
USAGE = {"prompt_tokens": 11, "completion_tokens": 4}
COUNTED = b"data: " + json.dumps({"choices": [], "usage": USAGE}).encode() + b"\n\n"
LIVE = (
    chunk("", delta={"reasoning_content": "Hm."})
    + chunk("Ray")
    + chunk("leigh.", finish_reason="length")
    + COUNTED
    + DONE
)
TOOL = {"name": "look", "input_schema": {"type": "object"}}
IMAGE = {"type": "image", "source": {"type": "url", "url": "http://127.0.0.1/a.png"}}


def completion(text: str, finish: str = "stop", **more: Any) -> dict[str, Any]:
    """A whole chat completion."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "finish_reason": finish, "message": message}
    return {"object": "chat.completion", "choices": [choice], **more}


def chat_alone(answer: Answer, status: int = 404) -> Answer:
    """Know nothing but chats."""

    def answering(exchange: Exchange) -> None:
        if exchange.path == CHAT_PATH:
            answer(exchange)
        else:
            exchange.head("text/html", status)
            exchange.send(b"<html>nothing here</html>")

    return answering


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyFile]:
    found = KeyFile(Path(tmp_path_factory.mktemp("keys")) / "keys", create=True)
    yield found
    found.close()


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """One server for most tests here, whether it remembers its endpoint or not."""
    with behind(chat_alone(streaming(LIVE))) as (server, upstream):
        yield Pair(server, upstream)


@pytest.fixture
def asked(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """The same; a refusal is a status, however slow the machine is."""
    monkeypatch.setattr("assay.serve.passing.GRACE_S", 20.0)
    pair.upstream.seen.clear()
    return pair


@pytest.fixture(scope="module")
def paid(keys: KeyFile) -> Iterator[Pair]:
    """A server that asks for keys."""
    with behind(chat_alone(streaming(LIVE)), keys=keys) as (server, upstream):
        yield Pair(server, upstream)


def paths(upstream: Endpoint) -> list[str]:
    return [each.path for each in upstream.seen]


def text_of(told: Any) -> str:
    """The words of a whole answer of either API."""
    if told.get("object") == "response":
        return str(told["output"][-1]["content"][0]["text"])
    return str(told["content"][-1]["text"])


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_api_that_is_not_known_is_asked_for_once(status: int) -> None:
    with behind(chat_alone(saying(completion("a")), status)) as (server, upstream):
        for path, body in BOTH:
            upstream.seen.clear()
            answers = [ask(server.port, body, path=path) for _ in range(2)]
            assert [text_of(each.json) for each in answers] == ["a"] * 2
            assert paths(upstream) == [path, CHAT_PATH, CHAT_PATH]
            assert answers[0].headers["x-assay-route"] == "pass-through"
            assert answers[0].json["assay"]["route"] == "pass-through"


def test_another_address_is_asked_anew() -> None:
    places = ["http://127.0.0.1:8/v1"]
    upstream = Upstream(lambda: Target(base_url=places[-1], api_key=None, model="up"))
    upstream.note_lack("/messages")
    assert upstream.lacks("/messages")
    assert not upstream.lacks("/responses")
    places.append("http://127.0.0.1:9/v1")
    assert not upstream.lacks("/messages")


def test_a_model_that_is_not_found_is_no_unknown_api() -> None:
    with behind(saying({"error": {"message": "no model up"}}, 404)) as (server, _):
        told = ask(server.port, MESSAGE, path=MESSAGES)
        assert not server.service.upstream.lacks("/messages")
    assert (told.status, told.json["type"]) == (404, "error")
    assert told.json["error"] == {"type": "not_found_error", "message": "no model up"}


def test_what_is_sent_is_the_chat(asked: Pair) -> None:
    asked.upstream.answer = chat_alone(streaming(LIVE))
    parts = [{"type": "text", "text": "Why"}, {"type": "text", "text": "so?"}]
    body = {
        "model": "scripted",
        "system": "Be brief.",
        "messages": [TURN, {"role": "assistant", "content": "It is."}]
        + [{"role": "user", "content": parts}],
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 3,
        "stop_sequences": ["END"],
        "stream": True,
        "assay": {"route": "pass-through"},
    }
    ask(asked.server.port, body, path=MESSAGES)
    assert asked.upstream.last.body == {
        "model": "up",
        "messages": [
            {"role": "system", "content": "Be brief."},
            TURN,
            {"role": "assistant", "content": "It is."},
            {"role": "user", "content": "Why\nso?"},
        ],
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["END"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_developer_s_words_are_the_system_s(asked: Pair) -> None:
    asked.upstream.answer = chat_alone(saying(completion("Rayleigh.")))
    body = {"input": [{"role": "developer", "content": "Be brief."}, TURN]}
    ask(asked.server.port, RESPONSE | body, path=RESPONSES)
    first, _ = asked.upstream.last.body["messages"]
    assert first == {"role": "system", "content": "Be brief."}


def test_whole_answers_tell_their_end_and_their_usage(asked: Pair) -> None:
    asked.upstream.answer = chat_alone(saying(completion("a", "length", usage=USAGE)))
    message = ask(asked.server.port, MESSAGE, path=MESSAGES).json
    assert message["stop_reason"] == "max_tokens"
    assert message["usage"].items() >= {"input_tokens": 11, "output_tokens": 4}.items()
    response = ask(asked.server.port, RESPONSE, path=RESPONSES).json
    assert response["status"] == "incomplete"
    assert response["usage"]["total_tokens"] == 15


def test_the_anthropic_client_reads_both_forms(asked: Pair) -> None:
    anthropic = pytest.importorskip("anthropic")
    asked.upstream.answer = chat_alone(streaming(LIVE))
    ask_with: dict[str, Any] = {"model": "scripted", "messages": [TURN]}
    with anthropic.Anthropic(api_key="x", base_url=asked.server.base) as client:
        with client.messages.stream(max_tokens=9, **ask_with) as stream:
            assert "".join(stream.text_stream) == "Rayleigh."
            last = stream.get_final_message()
        assert [each.type for each in last.content] == ["thinking", "text"]
        assert (last.stop_reason, last.usage.output_tokens) == ("max_tokens", 4)
        asked.upstream.answer = chat_alone(saying(completion("Rayleigh.")))
        whole = client.messages.create(max_tokens=9, **ask_with)
        assert (whole.content[0].text, whole.stop_reason) == ("Rayleigh.", "end_turn")
        with pytest.raises(anthropic.NotFoundError, match="does not know this API"):
            client.messages.create(max_tokens=9, tools=[TOOL], **ask_with)


def test_the_openai_client_reads_both_forms(asked: Pair) -> None:
    openai = pytest.importorskip("openai")
    asked.upstream.answer = chat_alone(streaming(LIVE))
    base = f"{asked.server.base}/v1"
    with openai.OpenAI(api_key="x", base_url=base) as client:
        with client.responses.stream(model="scripted", input=CHAT) as stream:
            kinds = [each.type for each in stream]
        assert kinds[-1] == "response.incomplete"
        assert kinds.count("response.output_text.delta") == 2
        asked.upstream.answer = chat_alone(saying(completion("Rayleigh.", usage=USAGE)))
        whole = client.responses.create(model="scripted", input=CHAT)
        assert whole.output_text == "Rayleigh."
        assert whole.usage is not None
        assert whole.usage.input_tokens == 11


def test_words_are_given_on_as_they_come(asked: Pair) -> None:
    def slowly(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        exchange.send(b": waking\n\n" + chunk("Ray")[:20])
        exchange.send(chunk("Ray")[20:])
        exchange.failed.wait(20)
        exchange.send(WHOLE)

    asked.upstream.answer = chat_alone(slowly)
    body = MESSAGE | {"stream": True}
    with sent(asked.server.port, body, path=MESSAGES) as response:
        until(response, b'"text":"Ray"')
        asked.upstream.last.failed.set()
        until(response, b"message_stop")


def test_a_closed_connection_closes_the_chat_s(asked: Pair) -> None:
    def stuck(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        exchange.send(chunk("Ray"))
        exchange.wait_closed()

    asked.upstream.answer = chat_alone(stuck)
    body = MESSAGE | {"stream": True}
    with sent(asked.server.port, body, path=MESSAGES) as response:
        until(response, b'"text":"Ray"')
    eventually(asked.upstream.last.closed.is_set)
    asked.server.settle()


def ends_with_an_error(path: str, told: Reply) -> str:
    """What the error at the end of a stream says."""
    assert told.status == 200
    events = told.events
    if path == MESSAGES:
        assert events[-1]["type"] == "error"
        return str(events[-1]["error"]["message"])
    assert events[-1]["type"] == "response.failed"
    return str(events[-1]["response"]["error"]["message"])


@pytest.mark.parametrize(("path", "body"), BOTH)
def test_an_endpoint_that_dies_in_the_middle_is_an_error_of_the_api(
    asked: Pair, path: str, body: dict[str, Any]
) -> None:
    asked.upstream.answer = chat_alone(streaming(chunk("Ray"), chunk("leigh")[:30]))
    told = ask(asked.server.port, body | {"stream": True}, path=path)
    assert b'"Ray"' in told.body
    assert "in the middle" in ends_with_an_error(path, told)
    error = b'data: {"error": {"message": "too hot", "code": 500}}\n\n'
    asked.upstream.answer = chat_alone(streaming(chunk("Ray") + error))
    told = ask(asked.server.port, body | {"stream": True}, path=path)
    assert ends_with_an_error(path, told) == "too hot"


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        (saying({"error": {"message": "too long"}}, 400), 400, "too long"),
        (saying({"error": {"message": "wait"}}, 429, "retry-after: 7"), 429, "wait"),
        (saying({"error": {"message": "no key"}}, 401), 502, "server's own key"),
        (saying({"choices": []}), 502, "no chat completion"),
        (saying({"choices": [{"message": {"content": 5}}]}), 502, "no chat completion"),
        (saying([1]), 502, "no chat completion"),
        (streaming(b"data: {oh\n\n"), 502, "no chat completion"),
        (streaming(b"data: [7]\n\n"), 502, "no chat completion"),
    ],
)
@pytest.mark.parametrize(("path", "body"), BOTH)
@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_s_refusal_is_the_api_s(
    asked: Pair,
    path: str,
    body: dict[str, Any],
    answer: Answer,
    status: int,
    why: str,
    stream: bool,
) -> None:
    asked.upstream.answer = chat_alone(answer)
    told = ask(asked.server.port, body | {"stream": stream}, path=path)
    assert told.status == status
    assert why in told.json["error"]["message"]
    assert told.json.get("type") == ("error" if path == MESSAGES else None)
    assert told.headers.get("retry-after") == ("7" if status == 429 else None)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (MESSAGES, MESSAGE | {"tools": [TOOL]}),
        (MESSAGES, MESSAGE | {"messages": [{"role": "user", "content": [IMAGE]}]}),
        (RESPONSES, RESPONSE | {"tools": [{"type": "web_search"}]}),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_no_text_can_say_is_refused(
    asked: Pair, path: str, body: dict[str, Any], stream: bool
) -> None:
    asked.upstream.answer = chat_alone(streaming(LIVE))
    told = ask(asked.server.port, body | {"stream": stream}, path=path)
    assert told.status == 404
    assert "does not know this API" in told.json["error"]["message"]
    assert told.json.get("type") == ("error" if path == MESSAGES else None)
    assert CHAT_PATH not in paths(asked.upstream)


@pytest.mark.parametrize(("path", "body"), BOTH)
def test_a_refusal_that_comes_late_is_told_in_the_stream(
    asked: Pair, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any]
) -> None:
    monkeypatch.setattr("assay.serve.passing.GRACE_S", 0.0)
    may_answer = Event()

    def late(exchange: Exchange) -> None:
        may_answer.wait(20)
        saying({"error": {"message": "too long"}}, 400)(exchange)

    asked.upstream.answer = chat_alone(late)
    with sent(asked.server.port, body | {"stream": True}, path=path) as response:
        until(response, b": ping")
        may_answer.set()
        until(response, b'"message":"too long"')


@pytest.mark.parametrize("path", [CHAT_PATH, "/v1/completions"])
def test_the_other_apis_are_not_translated(asked: Pair, path: str) -> None:
    asked.upstream.answer = saying({"error": {"message": "gone"}}, 404)
    body = {"model": "scripted", "messages": [TURN], "prompt": CHAT}
    told = ask(asked.server.port, body, path=path)
    assert (told.status, told.json) == (404, {"error": {"message": "gone"}})
    assert paths(asked.upstream) == [path]


def spent(paid: Pair, keys: KeyFile, path: str, body: dict[str, Any]) -> int:
    """What a new key has spent on one request."""
    secret = keys.create(f"key{len(keys.list())}", 900)
    key = keys.check(secret)
    assert key is not None
    headers = {"authorization": f"Bearer {secret}"}
    ask(paid.server.port, body, path=path, headers=headers)
    paid.server.settle()
    return keys.spent_today(key)


@pytest.mark.parametrize(
    ("answer", "stream", "cost"),
    [
        (streaming(LIVE), True, 15),
        (saying(completion("Rayleigh.", usage=USAGE)), False, 15),
        (streaming(WHOLE), True, len(CHAT.split()) + 2),
        (saying(completion("x" * 40)), False, len(CHAT.split()) + guessed("x" * 40)),
        (saying({"error": {"message": "too long"}}, 400), False, 0),
    ],
)
@pytest.mark.parametrize(("path", "body"), BOTH)
def test_a_key_pays_what_the_chat_cost(
    paid: Pair,
    keys: KeyFile,
    path: str,
    body: dict[str, Any],
    answer: Answer,
    stream: bool,
    cost: int,
) -> None:
    paid.upstream.answer = chat_alone(answer)
    assert spent(paid, keys, path, body | {"stream": stream}) == cost
    assert paid.upstream.last.body["max_tokens"] <= 900


@pytest.mark.parametrize(("path", "body"), BOTH)
def test_a_key_pays_what_came_of_an_answer_that_broke_off(
    paid: Pair, keys: KeyFile, path: str, body: dict[str, Any]
) -> None:
    paid.upstream.answer = chat_alone(streaming(chunk("x") * 40))
    opening = 5  # events at most that have no words
    least = len(CHAT.split()) + 40
    assert least <= spent(paid, keys, path, body | {"stream": True}) <= least + opening
