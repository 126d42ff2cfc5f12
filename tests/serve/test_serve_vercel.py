"""Vercel's AI SDK, which Cline and OpenCode ask with, against a server that runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from assay.serve.solves import State
from assay.types import Request
from serve.nodes import FOLDER, NODE, missing
from serve.raw_asking import chat, sent
from serve.running_server import GOOD, TASK, Running, Slow, eventually, running
from serve.scripted_upstream import (
    DONE,
    Endpoint,
    Exchange,
    chunk,
    endpoint,
    saying,
    streaming,
)

pytestmark = pytest.mark.skipif(bool(missing("ai")), reason=missing("ai"))

OTHER = "```python\ndef double(n):\n    return n + n\n```"
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Rome"}'},
}
CALLED = [{"toolName": "weather", "input": {"city": "Rome"}}]
COUNTED = b"data: " + json.dumps({"choices": [], "usage": USAGE}).encode() + b"\n\n"


def model(request: Request) -> str:
    """Write one program first and another later, so that there are two."""
    return GOOD if request.temperature == 0 else OTHER


def upstream(exchange: Exchange) -> None:
    """Call a tool where there is one, write JSON where it is asked for, else chat."""
    body = exchange.body
    if body.get("stream"):
        _stream(exchange)
        return
    message: dict[str, Any] = {"role": "assistant", "content": "Rayleigh."}
    finish = "stop"
    if "tools" in body:
        message, finish = {"role": "assistant", "tool_calls": [CALL]}, "tool_calls"
    elif "response_format" in body:
        message["content"] = '{"answer": 42}'
    choice = {"index": 0, "finish_reason": finish, "message": message}
    about = {"id": "u1", "object": "chat.completion", "created": 1, "model": "up"}
    saying({**about, "choices": [choice], "usage": USAGE})(exchange)


def _stream(exchange: Exchange) -> None:
    if "tools" in exchange.body:
        delta = {"tool_calls": [{"index": 0, **CALL}]}
        parts = (chunk("", delta=delta), chunk("", finish_reason="tool_calls"))
    else:
        parts = (chunk("Because of "), chunk("Rayleigh.", finish_reason="stop"))
    streaming(*parts, COUNTED, DONE)(exchange)


@contextmanager
def asking(server: Running, *names: str) -> Iterator[list[dict[str, Any]]]:
    """Run cases of the driver, which lives on until the block ends."""
    assert NODE is not None
    command = [NODE, str(FOLDER / "vercel.mjs"), server.base, *names]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        lines = [process.stdout.readline() for _ in names]
        if not all(lines):
            process.kill()
            raise AssertionError(process.stderr.read().decode())
        yield [json.loads(line) for line in lines]
        process.stdin.close()


Told = dict[str, Any]
WHOLE = ("search", "fast", "optioned", "chat", "tools", "object")
STREAMED = ("streamed_search", "streamed_chat", "streamed_tools")
REFUSED = ("unknown_model", "bad_option")


@pytest.fixture(scope="module")
def behind() -> Iterator[Endpoint]:
    """The endpoint that requests are passed on to."""
    with endpoint(upstream) as found:
        yield found


@pytest.fixture(scope="module")
def told(behind: Endpoint) -> Told:
    """What the client found in each case that any server can answer."""
    names = (*WHOLE, *STREAMED, *REFUSED)
    with running(model, upstream=behind.url) as server, asking(server, *names) as found:
        return {each.pop("name"): each for each in found}


def test_a_search_is_read_with_its_usage_and_its_account(told: Told) -> None:
    found = told["search"]
    assert "return 2 * n" in found["text"]
    assert (found["finish"], found["model"]) == ("stop", "scripted")
    usage = found["usage"]
    assert usage["inputTokens"] > 0
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]
    assert found["route"] == found["assay"]["route"] == "search"
    assert found["assay"]["status"] == "verified"
    assert told["fast"]["route"] == "fast"
    assert told["fast"]["assay"]["spend"]["calls"] == 1


def test_provider_options_reach_the_server_as_the_assay_object(told: Told) -> None:
    found = told["optioned"]
    assert found["assay"]["spend"]["calls"] == 1
    assert "return 2 * n" in found["text"]
    assert "erified" not in found["text"]


def test_progress_comes_as_reasoning_and_then_the_answer_as_text(told: Told) -> None:
    found = told["streamed_search"]
    assert "passed 2 of 2" in found["reasoning"]
    assert "return 2 * n" in found["text"]
    kinds = [part for part in found["parts"] if part.endswith("-delta")]
    assert kinds == ["reasoning-delta", "text-delta"]
    assert found["parts"][-1] == "finish"
    assert found["finish"] == "stop"
    assert found["usage"]["outputTokens"] > 0
    assert not found["faults"]


def test_a_chat_is_passed_through_whole_and_streamed(told: Told) -> None:
    assert told["chat"]["text"] == "Rayleigh."
    assert told["chat"]["route"] == "pass-through"
    assert told["chat"]["usage"]["totalTokens"] == 7
    streamed = told["streamed_chat"]
    assert (streamed["text"], streamed["reasoning"]) == ("Because of Rayleigh.", "")
    assert streamed["usage"]["totalTokens"] == 7
    assert not streamed["faults"]


def test_tools_are_passed_through_and_their_calls_come_back(
    told: Told, behind: Endpoint
) -> None:
    for name in ("tools", "streamed_tools"):
        assert told[name]["calls"] == CALLED
        assert told[name]["finish"] == "tool-calls"
    assert told["tools"]["route"] == "pass-through"
    sent_on = [each.body for each in behind.seen if "tools" in each.body]
    assert [each["tools"][0]["function"]["name"] for each in sent_on] == ["weather"] * 2
    assert [each["tool_choice"] for each in sent_on] == ["auto"] * 2


def test_a_schema_is_passed_through_and_its_object_read(
    told: Told, behind: Endpoint
) -> None:
    assert told["object"]["object"] == {"answer": 42}
    (asked,) = [each.body for each in behind.seen if "response_format" in each.body]
    assert asked["response_format"]["type"] == "json_schema"
    schema = asked["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["answer"]


def test_what_is_refused_keeps_its_status_its_words_and_its_code(told: Told) -> None:
    unknown, wrong = told["unknown_model"], told["bad_option"]
    assert unknown["refused"]
    assert (unknown["status"], unknown["code"]) == (404, "model_not_found")
    assert "no model 'gpt-5'" in unknown["message"]
    assert wrong["refused"]
    assert wrong["status"] == 400
    assert "'a lot'" in wrong["message"]
    assert not unknown["isRetryable"]
    assert not wrong["isRetryable"]


def test_a_full_queue_is_worth_another_try_later() -> None:
    slow = Slow()
    with (
        running(slow, waiting=0) as server,
        sent(server.port, chat(f"{TASK}\nPlease.", stream=True)),
    ):
        eventually(lambda: slow.asked)
        with asking(server, "full") as (found,):
            assert found["refused"]
            assert (found["status"], found["code"]) == (429, "rate_limit_exceeded")
            assert int(found["retryAfter"]) >= 1
            assert found["isRetryable"]


def test_a_client_that_gives_up_ends_the_solve_while_it_lives_on() -> None:
    slow = Slow(n_quick=1)
    with running(slow) as server, asking(server, "aborted_search") as (found,):
        assert "reasoning-delta" in found["parts"]
        assert found["parts"][-1] == "abort"
        (job,) = server.jobs
        eventually(lambda: job.state is State.CANCELLED, "the solve goes on")
        server.settle()
        assert slow.left == slow.asked - 1, "what is asked for is not waited for"


def test_a_client_that_gives_up_a_chat_has_the_upstream_hung_up_on() -> None:
    def half(exchange: Exchange) -> None:
        exchange.head("text/event-stream")
        exchange.send(chunk("Because of "))
        exchange.wait_closed()

    with (
        endpoint(half) as behind,
        running(upstream=behind.url) as server,
        asking(server, "aborted_chat") as (found,),
    ):
        assert found["parts"][-1] == "abort"
        assert behind.last.closed.wait(20), "the upstream is still written to"
        server.settle()


def test_an_upstream_that_dies_in_the_middle_is_an_error_and_no_short_answer() -> None:
    with (
        endpoint(streaming(chunk("Because of "))) as behind,
        running(upstream=behind.url) as server,
        asking(server, "streamed_chat") as (found,),
    ):
        assert found["text"] == "Because of "
        assert "error" in found["parts"]
        assert any("in the middle" in fault for fault in found["faults"])
