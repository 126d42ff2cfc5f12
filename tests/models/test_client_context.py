"""What a client finds out about an endpoint, and that no prompt is ever cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio
import pytest

from assay.errors import ConfigError, ContextLengthExceeded, ModelUnavailable
from assay.types import Completion, FinishReason, ModelIdentity, Usage
from models.endpoint import Answer, ask, chunk, client, endpoint, events, model_of, say
from models.endpoint import status as reply

LLAMA: dict[str, object] = {
    "/props": {"default_generation_settings": {"n_ctx": 2048}, "total_slots": 4},
    "/apply-template": lambda body: {
        "prompt": f"<|u|>{body['messages'][0]['content']}"
    },
    "/tokenize": lambda body: {"tokens": list(range(len(body["content"].split())))},
}
VLLM: dict[str, object] = {
    "/v1/models": {"data": [{"id": "tiny", "max_model_len": 2048}]},
    "/tokenize": lambda body: {
        "count": len(body["messages"][0]["content"].split()),
        "max_model_len": 2048,
    },
}
OLLAMA: dict[str, object] = {
    "/v1/models": {"data": [{"id": "tiny:latest"}, {"id": "other"}]},
    "/api/ps": {"models": [{"name": "tiny:latest", "context_length": 2048}]},
}
LM_STUDIO: dict[str, object] = {
    "/v1/models": {"data": [{"id": "other"}, {"id": "tiny"}]},
    "/api/v0/models": {
        "data": [
            {"id": "other", "state": "not-loaded", "max_context_length": 32768},
            {"id": "tiny", "state": "loaded", "loaded_context_length": 2048},
        ]
    },
}


def identity(pages: Mapping[str, object], **settings: Any) -> ModelIdentity:
    async def main() -> ModelIdentity:
        async with model_of(say("x"), pages=pages, **settings) as (model, _):
            return model.identity

    return anyio.run(main)


@pytest.mark.parametrize(
    ("pages", "name"),
    [
        (LLAMA, "tiny"),
        (VLLM, "tiny"),
        (LM_STUDIO, "tiny"),
        (OLLAMA, "tiny:latest"),
    ],
    ids=["llama.cpp", "vllm", "lm studio", "ollama"],
)
def test_model_and_context_length_are_found(
    pages: Mapping[str, object], name: str
) -> None:
    found = identity(pages)
    assert found.name == name
    assert found.context_length == 2048


def test_the_smaller_of_the_known_context_lengths_is_in_force() -> None:
    assert identity(LLAMA, context_length=512).context_length == 512
    assert identity(LLAMA, context_length=9999).context_length == 2048
    assert identity({}, context_length=512).context_length == 512
    assert identity({}).context_length is None


def test_an_identity_that_was_given_is_kept() -> None:
    given = ModelIdentity(name="file", engine="embedded", sha256="ab")
    found = identity(LLAMA, identity=given)
    assert (found.name, found.sha256, found.context_length) == ("file", "ab", 2048)


def test_an_ollama_model_is_loaded_to_learn_its_context() -> None:
    loaded = False

    def load(body: dict[str, str]) -> dict[str, bool]:
        nonlocal loaded
        loaded = body == {"model": "tiny"}
        return {"done": True}

    def running(_: object) -> dict[str, object]:
        row = {"name": "tiny:latest", "context_length": 4096}
        return {"models": [row] if loaded else []}

    pages = {"/api/ps": running, "/api/generate": load}
    assert identity(pages, model="tiny").context_length == 4096


def test_one_of_several_models_must_be_named() -> None:
    pages = {"/v1/models": {"data": [{"id": "a"}, {"id": "b"}]}}

    async def main() -> None:
        async with endpoint(say("x"), pages=pages) as served:
            with pytest.raises(ConfigError, match=r"2 models \(a, b\); name one"):
                async with client(served.url):
                    pass
            async with client(served.url, model="b") as model:
                assert model.identity.name == "b"

    anyio.run(main)


def test_an_endpoint_without_a_list_of_models_needs_a_name() -> None:
    pages = {"/v1/models": None}
    assert identity(pages, model="b").name == "b"

    async def main() -> None:
        async with endpoint(say("x"), pages=pages) as served:
            with pytest.raises(ConfigError, match="does not say which models"):
                async with client(served.url):
                    pass

    anyio.run(main)


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<html>", "answered with HTML, not JSON"),
        ("nothing", "answered with what is not JSON: 'nothing'"),
        (401, r"asks for a key \(401\); set ASSAY_API_KEY"),
        (503, r"no answer from .* after 4 tries \(status 503\)"),
    ],
)
def test_an_endpoint_that_is_none_is_noticed_when_entered(
    page: object, message: str
) -> None:
    async def main() -> None:
        async with endpoint(say("x"), pages={"/v1/models": page}) as served:
            with pytest.raises(ModelUnavailable, match=message):
                async with client(served.url):
                    pass

    anyio.run(main)


@pytest.mark.parametrize("pages", [LLAMA, VLLM], ids=["llama.cpp", "vllm"])
def test_prompts_are_counted_exactly_and_once(pages: Mapping[str, object]) -> None:
    async def main() -> tuple[list[int], int]:
        async with model_of(say("x"), pages=pages) as (model, served):
            requests = [ask("one two three", seed=seed) for seed in range(3)]
            counts = [await model.count_prompt_tokens(r) for r in requests]
            return counts, len(served.asked("/tokenize"))

    assert anyio.run(main) == ([3, 3, 3], 1)


def refusal(
    text: str, pages: Mapping[str, object], *answers: Answer, **settings: Any
) -> tuple[str, int]:
    """Return what is said of a prompt, and how many completions were asked for."""

    async def main() -> tuple[str, int]:
        answer = answers or (say("x"),)
        async with model_of(*answer, pages=pages, **settings) as (model, served):
            with pytest.raises(ContextLengthExceeded) as caught:
                await model.generate(ask(text, max_tokens=1024))
            return str(caught.value), len(served.chats)

    return anyio.run(main)


@pytest.mark.parametrize("pages", [LLAMA, VLLM], ids=["llama.cpp", "vllm"])
def test_a_prompt_that_is_too_long_is_never_sent(pages: Mapping[str, object]) -> None:
    said, sent = refusal("word " * 1025, pages)
    assert sent == 0
    assert said == (
        "the prompt has 1,025 tokens and up to 1,024 are to be written, but the model "
        "holds 2,048; shorten the problem, lower max_tokens, or start the model with a "
        "longer context"
    )


def test_a_prompt_that_just_fits_is_sent() -> None:
    async def main() -> str:
        async with model_of(say("x"), pages=LLAMA) as (model, _):
            return (await model.generate(ask("word " * 1024, max_tokens=1024))).text

    assert anyio.run(main) == "x"


def test_an_estimate_decides_where_nobody_can_count() -> None:
    said, sent = refusal("word " * 1000, {}, context_length=2048)
    assert sent == 0
    assert "has about 2,504 tokens" in said


def test_an_answer_to_a_prompt_that_was_cut_is_refused() -> None:
    cut = say("x", usage={"prompt_tokens": 2040, "completion_tokens": 1})
    said, sent = refusal("7" * 1900, OLLAMA, cut)
    assert sent == 1
    assert "the prompt has 2,040 tokens" in said


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            reply(
                400,
                {
                    "error": {
                        "type": "exceed_context_size_error",
                        "n_prompt_tokens": 6031,
                        "n_ctx": 2048,
                    }
                },
            ),
            "the prompt has 6,031 tokens and up to 1,024 .* holds 2,048",
        ),
        (
            reply(
                400,
                {
                    "object": "error",
                    "message": "This model's maximum context length is 64 tokens.",
                },
            ),
            "maximum context length is 64 tokens",
        ),
        (
            reply(400, {"error": {"code": "context_length_exceeded"}}),
            "the endpoint refused the prompt with 1,024 tokens to be written",
        ),
        (
            events(chunk("a"), {"error": {"message": "Context size was exceeded"}}),
            "Context size was exceeded",
        ),
    ],
)
def test_a_servers_own_refusal_means_the_same(answer: Answer, message: str) -> None:
    async def main() -> int:
        async with model_of(answer) as (model, served):
            with pytest.raises(ContextLengthExceeded, match=message):
                await model.generate(ask())
            return len(served.chats)

    assert anyio.run(main) == 1


def timed(text: str, written: int) -> dict[str, Any]:
    timings = {"cache_n": 30, "prompt_n": 5, "predicted_n": written}
    return chunk(text) | {"timings": timings}


def test_llama_cpp_counts_a_stream_that_is_closed_early() -> None:
    answer = events(timed("```py\nx\n", 7), timed("```\n", 9), timed("more", 10))

    async def main() -> tuple[Completion, dict[str, Any]]:
        async with model_of(answer, pages=LLAMA) as (model, served):
            completion = await model.generate(ask(stop_at_fence=True))
            return completion, served.chats[0].body

    completion, body = anyio.run(main)
    assert completion.finish_reason is FinishReason.FENCE
    assert completion.usage == Usage(
        prompt_tokens=35, completion_tokens=9, cached_prompt_tokens=30
    )
    assert body["timings_per_token"] is True


def test_only_llama_cpp_is_sent_its_own_fields() -> None:
    async def main() -> dict[str, Any]:
        async with model_of(say("x"), pages=VLLM) as (model, served):
            await model.generate(ask())
            body: dict[str, Any] = served.chats[0].body
            return body

    assert not {"timings_per_token", "cache_prompt"} & set(anyio.run(main))
