"""The official clients and the editors' requests, against a server that runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest

from assay.types import Request
from serve.raw_asking import Reply, ask, chat
from serve.running_server import CHAT, GOOD, TASK, Running, running
from serve.scripted_upstream import DONE, WHOLE, Endpoint, Exchange, chunk, endpoint

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")

OTHER = "```python\ndef double(n):\n    return n + n\n```"
SHAPES = sorted((Path(__file__).parent / "shapes").glob("*.json"))
ANSWER: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {
        "id": "u1",
        "object": "chat.completion",
        "created": 1,
        "model": "up",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "Rayleigh."},
            }
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
    },
    "/v1/completions": {
        "id": "u2",
        "object": "text_completion",
        "created": 1,
        "model": "up",
        "choices": [{"index": 0, "finish_reason": "stop", "text": "Rayleigh."}],
    },
    "/v1/responses": {
        "id": "u3",
        "object": "response",
        "created_at": 1,
        "model": "up",
        "status": "completed",
        "output": [
            {
                "type": "message",
                "id": "m1",
                "role": "assistant",
                "status": "completed",
                "content": [
                    {"type": "output_text", "text": "Rayleigh.", "annotations": []}
                ],
            }
        ],
    },
    "/v1/messages": {
        "id": "u4",
        "type": "message",
        "role": "assistant",
        "model": "up",
        "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "Rayleigh."}],
        "usage": {"input_tokens": 5, "output_tokens": 2},
    },
    "/v1/embeddings": {
        "object": "list",
        "model": "up",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
        "usage": {"prompt_tokens": 2, "total_tokens": 2},
    },
}


@dataclass
class Both:
    """A server and the endpoint behind it."""

    server: Running
    behind: Endpoint

    def openai(self, kind: str = "OpenAI") -> Any:
        """A client of either colour; any key is good here."""
        client = getattr(openai, kind)
        return client(base_url=f"{self.server.base}/v1", api_key="x", max_retries=0)

    def anthropic(self) -> Any:
        """Anthropic's client."""
        return anthropic.Anthropic(
            base_url=self.server.base, api_key="x", max_retries=0
        )


def model(request: Request) -> str:
    """Write one program first and another later, so that there are two."""
    return GOOD if request.temperature == 0 else OTHER


def upstream(exchange: Exchange) -> None:
    """Answer every API, a stream as chat has it."""
    if exchange.body.get("stream"):
        exchange.head("text/event-stream")
        exchange.send(WHOLE)
        return
    exchange.head("application/json")
    exchange.send(json.dumps(ANSWER[exchange.path]).encode())


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    """One server for all tests here: none of them leaves anything behind."""
    with endpoint(upstream) as behind, running(model, upstream=behind.url) as server:
        yield Both(server, behind)


def asked(text: str) -> Any:
    return [{"role": "user", "content": text}]


def test_a_search_answers_with_a_program_and_what_was_shown_of_it(both: Both) -> None:
    with both.openai() as client:
        answer = client.chat.completions.create(
            model="scripted", messages=asked(TASK), seed=3, max_completion_tokens=150
        )
        bare = client.chat.completions.create(
            model="scripted-quality",
            messages=asked(TASK),
            extra_body={"assay": {"evidence": False, "budget": "calls=2"}},
        )
    (choice,) = answer.choices
    assert "return 2 * n" in choice.message.content
    assert choice.finish_reason == "stop"
    assert answer.assay["route"] == "search"
    assert answer.assay["status"] == "verified"
    assert answer.usage.total_tokens > answer.usage.completion_tokens > 0
    assert answer.model == "scripted"
    assert len(answer._request_id) == 16
    assert "erified" not in bare.choices[0].message.content
    assert bare.assay["spend"]["calls"] <= 2
    assert bare.model == "scripted-quality"


def test_a_streamed_search_tells_its_progress_and_then_the_answer(both: Both) -> None:
    with both.openai() as client:
        chunks = list(
            client.chat.completions.create(
                model="scripted",
                messages=asked(TASK),
                stream=True,
                stream_options={"include_usage": True},
            )
        )
    deltas = [each.choices[0].delta for each in chunks if each.choices]
    thought = "".join(getattr(each, "reasoning_content", None) or "" for each in deltas)
    text = "".join(each.content or "" for each in deltas)
    assert deltas[0].role == "assistant"
    assert "passed 2 of 2" in thought
    assert "return 2 * n" in text
    assert [each.usage for each in chunks if each.usage][-1].completion_tokens > 0
    assert any(getattr(each, "assay", None) for each in chunks)
    finishes = [each.choices[0].finish_reason for each in chunks if each.choices]
    assert [each for each in finishes if each] == ["stop"]


def test_the_name_that_ends_in_fast_takes_one_sample(both: Both) -> None:
    with both.openai() as client:
        answer = client.chat.completions.create(
            model="scripted-fast", messages=asked(TASK)
        )
    assert answer.assay["route"] == "fast"
    assert answer.assay["spend"]["calls"] == 1
    assert "return 2 * n" in answer.choices[0].message.content


def test_n_gives_different_programs_and_stop_cuts_the_text_alone(both: Both) -> None:
    with both.openai() as client:
        several = client.chat.completions.create(
            model="scripted", messages=asked(TASK), n=2
        )
        cut = client.chat.completions.create(
            model="scripted", messages=asked(TASK), stop=["return"]
        )
    texts = [each.message.content for each in several.choices]
    assert [each.index for each in several.choices] == [0, 1]
    assert "2 * n" in texts[0]
    assert "n + n" in texts[1]
    assert cut.choices[0].message.content.endswith("double(n):\n    ")
    assert cut.assay["status"] == "verified", "the program was not cut"


def test_a_chat_is_passed_through_with_its_route_and_reason(both: Both) -> None:
    with both.openai() as client:
        raw = client.chat.completions.with_raw_response.create(
            model="scripted", messages=asked(CHAT), extra_body={"assay": {}}
        )
        answer = raw.parse()
        streamed = client.chat.completions.create(
            model="scripted", messages=asked(CHAT), stream=True
        )
        text = "".join(each.choices[0].delta.content or "" for each in streamed)
    assert answer.choices[0].message.content == "Rayleigh."
    assert answer.usage.total_tokens == 7
    assert answer.assay["route"] == raw.headers["x-assay-route"] == "pass-through"
    assert raw.headers["x-assay-reason"] == answer.assay["reason"]
    assert text == "Because of Rayleigh."
    sent = both.behind.last.body
    assert sent["model"] == "up"
    assert "assay" not in sent


def test_the_async_client_does_the_same(both: Both) -> None:
    async def both_ways() -> tuple[str, str]:
        async with both.openai("AsyncOpenAI") as client:
            answer = await client.chat.completions.create(
                model="scripted-fast", messages=asked(TASK)
            )
            streamed = await client.chat.completions.create(
                model="scripted", messages=asked(CHAT), stream=True
            )
            parts = [each.choices[0].delta.content async for each in streamed]
            return answer.choices[0].message.content, "".join(parts)

    program, text = anyio.run(both_ways)
    assert "return 2 * n" in program
    assert text == "Because of Rayleigh."


def test_models_are_listed_and_found_by_name(both: Both) -> None:
    with both.openai() as client:
        names = [each.id for each in client.models.list()]
        one = client.models.retrieve("scripted-fast")
        with pytest.raises(openai.NotFoundError) as unknown:
            client.models.retrieve("gpt-5")
        with pytest.raises(openai.NotFoundError) as asked_for:
            client.chat.completions.create(model="gpt-5", messages=asked(CHAT))
    assert names == ["scripted", "scripted-fast", "scripted-quality"]
    assert one.id == "scripted-fast"
    assert unknown.value.code == asked_for.value.code == "model_not_found"
    assert asked_for.value.param == "model"
    doubled = ask(both.server.port, path="/v1//models/", method="GET")
    assert [each["id"] for each in doubled.json["data"]] == names


def test_responses_completions_and_embeddings_are_answered(both: Both) -> None:
    with both.openai() as client:
        found = client.responses.create(model="scripted-fast", input=TASK)
        passed = client.responses.create(model="scripted", input=CHAT)
        completed = client.completions.create(model="scripted", prompt=CHAT)
        vectors = client.embeddings.create(
            model="scripted", input="a", encoding_format="float"
        )
        events = list(
            client.responses.create(model="scripted-fast", input=TASK, stream=True)
        )
    assert "return 2 * n" in found.output_text
    assert passed.output_text == "Rayleigh."
    assert completed.choices[0].text == "Rayleigh."
    assert vectors.data[0].embedding == [0.5, 0.25]
    assert both.behind.seen[-1].body["model"] == "up"
    assert events[-1].type == "response.completed"
    assert "return 2 * n" in events[-1].response.output_text


def test_anthropics_client_searches_streams_and_counts(both: Both) -> None:
    with both.anthropic() as client:
        found = client.messages.create(
            model="scripted", max_tokens=150, messages=asked(TASK)
        )
        with client.messages.stream(
            model="scripted-fast", max_tokens=150, messages=asked(TASK)
        ) as stream:
            streamed = stream.get_final_message()
        passed = client.messages.create(
            model="scripted", max_tokens=50, messages=asked(CHAT)
        )
        counted = client.messages.count_tokens(model="scripted", messages=asked(CHAT))
        with pytest.raises(anthropic.NotFoundError) as unknown:
            client.messages.create(model="x", max_tokens=5, messages=asked(CHAT))
    assert "return 2 * n" in found.content[-1].text
    assert found.usage.output_tokens > 0
    assert "return 2 * n" in streamed.content[-1].text
    assert passed.content[0].text == "Rayleigh."
    assert counted.input_tokens == len(CHAT.split())
    assert unknown.value.body["error"]["type"] == "not_found_error"


@pytest.mark.parametrize("path", SHAPES, ids=[path.stem for path in SHAPES])
def test_a_request_as_an_editor_sends_it_takes_its_way(both: Both, path: Path) -> None:
    shape = json.loads(path.read_text("utf-8"))
    reply: Reply = ask(
        both.server.port, shape["body"], path=shape["path"], headers=shape["headers"]
    )
    assert reply.status == 200, reply.body
    assert reply.headers["x-assay-route"] == shape["route"]
    if shape["route"] == "pass-through":
        changed = {**both.behind.last.body, "model": shape["body"]["model"]}
        assert changed == shape["body"], "it was passed on unchanged"
    else:
        assert b"return 2 * n" in reply.body
        assert reply.events[-1]["usage"]["total_tokens"] > 0


def test_what_nobody_reads_is_named_and_what_cannot_be_done_is_refused(
    both: Both,
) -> None:
    odd = ask(both.server.port, chat(CHAT, nonsense=1, stream=True))
    assert odd.status == 200
    assert "x-assay-ignored" not in odd.headers, "it was passed on"
    read = ask(both.server.port, chat(TASK, nonsense=1))
    assert "nonsense" in read.headers["x-assay-ignored"]
    assert odd.body == chunk("Because of ") + WHOLE[len(chunk("Because of ")) :]
    assert odd.body.endswith(DONE)
    wrong = ask(both.server.port, chat(TASK, assay={"budget": "a lot"}, stream=True))
    assert wrong.status == 400, "the head waits for what can be known at once"
    assert wrong.json["error"]["param"] == "assay.budget"
