"""The real engine answers. One start for each test: about half a second."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import anyio
import httpx2
import pytest

from assay.concurrency import gather
from assay.errors import ContextLengthExceeded, ModelUnavailable
from assay.models.engine import engine_version
from assay.models.openai_http import OpenAIModel
from assay.types import Delta, FinishReason
from models.small_model import about_process, ask, embedded, small_model

pytestmark = pytest.mark.engine

LONG = "Name the colours of the rainbow, one after the other, in their order. " * 3


def test_the_second_request_with_a_prefix_finds_it_cached(tmp_path: Path) -> None:
    async def main() -> None:
        async with embedded(tmp_path) as model:
            first = await model.generate(ask(LONG + "Begin."))
            second = await model.generate(ask(LONG + "Go on."))
        assert first.usage.cached_prompt_tokens < 10
        assert second.usage.cached_prompt_tokens > 30
        assert second.usage.prompt_tokens > second.usage.cached_prompt_tokens

    anyio.run(main)


def test_a_prompt_is_computed_once_for_all_slots(tmp_path: Path) -> None:
    async def main() -> None:
        async with embedded(tmp_path, slots=3) as model:
            await model.generate(ask(LONG + "Begin.", max_tokens=2))
            calls = [
                partial(model.generate, ask(LONG + end, max_tokens=2))
                for end in ("Begin.", "Now.", "Go on.")
            ]
            found = [c.usage.cached_prompt_tokens for c in await gather(calls)]
        assert min(found) > 30, found

    anyio.run(main)


def test_another_prompt_is_answered_though_slots_were_copied(tmp_path: Path) -> None:
    async def main() -> None:
        async with embedded(tmp_path, slots=2) as model:
            alone = [
                (await model.generate(ask(text, max_tokens=12))).text
                for text in ("Say hello.", LONG)
            ]
            calls = [
                partial(model.generate, ask(text, max_tokens=12))
                for text in (LONG, "Say hello.") * 3
            ]
            texts = [answer.text for answer in await gather(calls)]
        assert all(texts)
        assert set(alone) & set(texts)

    anyio.run(main)


def test_the_identity_names_file_engine_and_length(tmp_path: Path) -> None:
    async def main() -> None:
        stored = small_model()
        async with embedded(tmp_path, context_length=512) as model:
            assert model.identity.name == "smollm2-135m"
            assert model.identity.sha256 == stored.sha256
            assert model.identity.engine == engine_version()
            assert model.identity.context_length == 512

    anyio.run(main)


def test_each_of_many_slots_has_the_whole_context_length(tmp_path: Path) -> None:
    async def main() -> None:
        async with embedded(tmp_path, context_length=128, slots=3) as model:
            fits = ask("red " * 60, max_tokens=4)
            assert 60 < await model.count_prompt_tokens(fits) < 124
            calls = [partial(model.generate, fits) for _ in range(3)]
            answers = await gather(calls)
            assert all(a.finish_reason is not None for a in answers)
            with pytest.raises(ContextLengthExceeded):
                await model.generate(ask("red " * 124, max_tokens=4))
            key = {"Authorization": f"Bearer {model.engine.api_key}"}
            async with httpx2.AsyncClient(trust_env=False, headers=key) as client:
                said = (await client.get(f"{model.engine.address}/props")).json()
            assert said["total_slots"] == 3
            assert said["default_generation_settings"]["n_ctx"] == 128

    anyio.run(main)


def test_more_context_than_the_model_was_trained_for_is_cut(tmp_path: Path) -> None:
    async def main() -> None:
        async with embedded(tmp_path, context_length=100_000) as model:
            assert model.identity.context_length == 8192

    anyio.run(main)


def test_the_same_seed_gives_the_same_text(tmp_path: Path) -> None:
    async def main() -> None:
        async with embedded(tmp_path) as model:
            texts = {(await model.generate(ask("Say hello."))).text for _ in range(2)}
        assert len(texts) == 1

    anyio.run(main)


def test_no_more_calls_are_in_flight_than_there_are_slots(tmp_path: Path) -> None:
    async def main() -> None:
        begun: list[int] = []
        ended: list[int] = []

        async with embedded(tmp_path, slots=1) as model:

            async def call(i: int) -> None:
                def on_delta(delta: Delta) -> None:
                    if i not in begun:
                        assert len(begun) == len(ended), "one is still being written"
                        begun.append(i)

                await model.generate(ask(f"Count to {i}."), on_delta=on_delta)
                ended.append(i)

            await gather([partial(call, i) for i in range(3)])
        assert sorted(ended) == [0, 1, 2]

    anyio.run(main)


def test_a_stranger_without_the_key_is_turned_away(tmp_path: Path) -> None:
    async def main() -> None:
        async with embedded(tmp_path) as model:
            stranger = OpenAIModel(
                base_url=model.engine.base_url, api_key="guess", max_tries=1
            )
            with pytest.raises(ModelUnavailable):
                async with stranger:
                    await stranger.generate(ask("Hello"))
            seen = about_process(model, "cmdline") + about_process(model, "environ")
            assert b"engine_child" in seen
            assert model.engine.api_key.encode() not in seen

    anyio.run(main)


def test_a_call_is_answered_though_the_engine_is_killed_under_it(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        async with embedded(tmp_path, slots=2) as model:
            killed: list[int] = []

            def kill(delta: Delta) -> None:
                pid = model.engine.pid
                if not killed and delta.completion_tokens >= 3:
                    assert pid is not None
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

            calls = [
                partial(model.generate, ask(text, max_tokens=60), on_delta=kill)
                for text in ("Tell a story.", "Tell a joke.")
            ]
            with anyio.fail_after(60):
                answers = await gather(calls)
            assert model.engine.pid not in (None, *killed)
            assert model.engine.generation == 2, "one restart serves both calls"
        assert killed
        assert [answer.retries >= 1 for answer in answers] == [True, True]
        assert all(a.finish_reason in FinishReason for a in answers)
        assert (tmp_path / "engine.log.1").exists(), "the log of the crash is kept"

    anyio.run(main)


def test_a_call_is_answered_though_the_engine_died_before_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with embedded(tmp_path) as model:
            assert model.engine.pid is not None
            os.kill(model.engine.pid, signal.SIGKILL)
            assert (await model.generate(ask("Hello"))).text

    anyio.run(main)
