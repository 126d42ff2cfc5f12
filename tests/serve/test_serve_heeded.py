"""What a request asks for is kept to, passed on, or told to be not kept to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assay.serve.requests import ChatRequest, Route
from assay.serve.service import request_key
from assay.serve.wire.chat import chat_request
from serve.raw_asking import Reply, ask, chat
from serve.running_server import GOOD, TASK, Running, running
from serve.scripted_upstream import Endpoint, endpoint, saying

IN_CPP = "Write a C++ function `add(a, b)` that returns the sum of two integers."
ALSO_CPP = "C++: a function add(a, b)\n\nadd(1, 2) is 3"
NO_TESTS = "Write a Python function `double(n)` that returns twice the number n."
OTHER = "```python\ndef double(n):\n    return n + n\n```"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Endpoint]:
    with endpoint(saying({"choices": [], "usage": {"prompt_tokens": 3}})) as found:
        yield found


@pytest.fixture(scope="module")
def server(upstream: Endpoint) -> Iterator[Running]:
    with running(upstream=upstream.url) as found:
        yield found


def solved(server: Running, text: str = TASK, **fields: Any) -> Reply:
    reply = ask(server.port, chat(text, **fields))
    assert reply.status == 200, reply.body
    return reply


def temperatures(server: Running, **fields: Any) -> tuple[list[float], str]:
    """Of the samples that were drawn, and what was told of the request."""
    before = len(server.model.requests)  # type: ignore[attr-defined]
    reply = solved(server, NO_TESTS, **fields)
    asked = server.model.requests[before:]  # type: ignore[attr-defined]
    drawn = [each.temperature for each in asked if each.prompt.startswith("solve_")]
    return drawn, reply.headers.get("x-assay-ignored", "")


def test_a_search_draws_its_first_sample_at_0_and_says_that_only_that(
    server: Running,
) -> None:
    search = {"assay": {"route": "search"}}
    drawn, ignored = temperatures(server, temperature=0, seed=1, **search)
    assert drawn[0] == 0
    assert set(drawn[1:]) == {0.7}
    assert ignored == "temperature"
    drawn, ignored = temperatures(server, temperature=0.3, seed=2, **search)
    assert (drawn[0], {*drawn[1:]}, ignored) == (0, {0.3}, "")


def test_one_sample_is_drawn_at_0_and_anything_else_is_told(server: Running) -> None:
    fast = {"model": "scripted-fast"}
    assert temperatures(server, temperature=0, seed=3, **fast) == ([0], "")
    assert temperatures(server, seed=4, **fast) == ([0], "")
    told = temperatures(server, temperature=0.3, top_p=0.5, seed=5, **fast)
    assert told == ([0], "temperature, top_p")


def test_requests_for_other_numbers_of_choices_are_other_solves() -> None:
    class Way:
        route, reason = Route.SEARCH, ""

    def key(**fields: Any) -> str:
        request: ChatRequest = chat_request(chat(TASK, **fields), {})
        return request_key(request, Way(), "")  # type: ignore[arg-type]

    assert key(n=2) != key(n=3)
    assert key(n=1) == key() == key(stream=True)


@pytest.mark.parametrize("stream", [False, True])
def test_each_choice_that_is_asked_for_comes_and_ends(
    server: Running, stream: bool
) -> None:
    reply = solved(server, n=3, stream=stream, seed=6)
    if not stream:
        choices = reply.json["choices"]
        assert [each["index"] for each in choices] == [0, 1, 2]
        assert all("return 2 * n" in each["message"]["content"] for each in choices)
        return
    choices = [each for event in reply.events for each in event["choices"]]
    for wanted in range(3):
        own = [each for each in choices if each["index"] == wanted]
        assert "".join(each["delta"].get("content", "") for each in own)
        assert [each["finish_reason"] for each in own if each["finish_reason"]] == [
            "stop"
        ]


def test_a_gap_to_be_filled_is_passed_on_as_it_came(
    server: Running, upstream: Endpoint
) -> None:
    body = {"model": "scripted", "prompt": TASK, "suffix": "\nprint(double(2))\n"}
    for own in ({}, {"assay": {"route": "search"}}):
        reply = ask(server.port, body | own, path="/v1/completions")
        assert reply.status == 200
        assert reply.headers["x-assay-route"] == "pass-through"
        assert "filled in" in reply.headers["x-assay-reason"]
        assert upstream.last.path == "/v1/completions"
        assert upstream.last.body == {**body, "model": "up"}


@pytest.mark.parametrize("text", [IN_CPP, ALSO_CPP, f"```rust\nfn a\n```\n{NO_TESTS}"])
@pytest.mark.parametrize(
    "fields",
    [{}, {"model": "scripted-quality"}, {"assay": {"route": "search"}}]
    + [{"model": "scripted-fast"}, {"assay": {"route": "fast"}}],
)
def test_who_asks_for_another_language_never_gets_python(
    server: Running, upstream: Endpoint, text: str, fields: dict[str, Any]
) -> None:
    n_solves = len(server.jobs)
    reply = solved(server, text, **fields)
    assert reply.headers["x-assay-route"] == "pass-through"
    assert upstream.last.body["messages"][0]["content"] == text
    assert len(server.jobs) == n_solves


def test_programs_that_ran_are_counted_by_how_they_ended() -> None:
    replies = iter([GOOD.replace("2 * n", "3 * n"), *[GOOD] * 20])
    with running(lambda request: next(replies)) as server:
        solved(server)
        server.settle()
        runs = server.service.metrics.sandbox_runs
        assert runs.value(status="passed") >= 2
        assert runs.value(status="wrong_answer") >= 1
        text = ask(server.port, path="/metrics", method="GET").body.decode()
        assert 'assay_sandbox_runs_total{status="passed"}' in text
