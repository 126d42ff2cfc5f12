"""Recording, replaying, and what becomes of calls that fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import pytest

from assay.concurrency import gather
from assay.errors import ConfigError, MissingRecording, ModelUnavailable
from assay.models.recorded import Recorded, RecordingCounts, RecordMode
from assay.models.recordings import RecordingStore
from assay.models.scripted import Scripted
from assay.types import Completion, Delta, Model, Request
from models.endpoint import ask

RECORD, REPLAY, REPLAY_ONLY = RecordMode


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RecordingStore]:
    with RecordingStore(tmp_path / "recordings.sqlite") as made:
        yield made


def counting() -> Scripted:
    """Reply with the seed: another request, another text."""
    return Scripted(lambda request: f"seed {request.seed} of it")


def run(model: Model, *requests: Request) -> list[Completion]:
    async def main() -> list[Completion]:
        return [await model.generate(request) for request in requests]

    return anyio.run(main)


def test_a_recorded_call_is_not_made_again(store: RecordingStore) -> None:
    asked = counting()
    model = Recorded(asked, store, RECORD)
    first, second = run(model, ask(seed=1), ask(seed=1))
    assert len(asked.requests) == 1
    assert not first.from_recording
    assert second == replace(first, from_recording=True)
    assert model.counts == RecordingCounts(replayed=1, missing=1, stored=1)


def test_a_recording_outlives_the_process(store: RecordingStore) -> None:
    (recorded,) = run(Recorded(counting(), store, RECORD), ask())
    store.close()
    with RecordingStore(store.path) as again:
        (replayed,) = run(Recorded(None, again, REPLAY_ONLY), ask())
    assert replayed == replace(recorded, from_recording=True)


def test_replay_asks_for_what_is_missing_and_keeps_nothing(
    store: RecordingStore,
) -> None:
    run(Recorded(counting(), store, RECORD), ask(seed=1))
    asked = counting()
    model = Recorded(asked, store, REPLAY)
    run(model, ask(seed=1), ask(seed=2), ask(seed=2))
    assert [request.seed for request in asked.requests] == [2, 2]
    assert model.counts == RecordingCounts(replayed=1, missing=2)
    assert len(store) == 1


def test_replay_only_names_what_is_missing(store: RecordingStore) -> None:
    asked = counting()
    model = Recorded(asked, store, REPLAY_ONLY)
    request = ask(prompt="direct", seed=5, temperature=0.8)
    with pytest.raises(MissingRecording) as caught:
        run(model, request)
    said = str(caught.value)
    assert said.startswith(
        "no recording of prompt 'direct' with seed 5 and temperature 0.8 (key "
    )
    assert said.endswith(f") in {store.path}; record it with mode 'record'")
    assert asked.requests == []


def test_sample_i_is_one_recording_whichever_method_asks(
    store: RecordingStore,
) -> None:
    """Five samples by best-of-N are the first five of a ladder that goes on."""

    def sample(i: int, method: str) -> Request:
        return ask("Add two numbers.", seed=i, temperature=0.7, prompt=method)

    asked = counting()
    model = Recorded(asked, store, RECORD)
    best_of_n = run(model, *(sample(i, "best_of_n") for i in range(5)))
    ladder = run(model, *(sample(i, "ladder") for i in range(8)))
    assert [c.text for c in ladder[:5]] == [c.text for c in best_of_n]
    assert len(asked.requests) == 8


def test_equal_requests_at_once_are_asked_once(store: RecordingStore) -> None:
    asked = counting()
    model = Recorded(asked, store, RECORD)

    async def main() -> tuple[Completion, ...]:
        return await gather([partial(model.generate, ask(seed=1))] * 4)

    texts = {completion.text for completion in anyio.run(main)}
    assert texts == {"seed 1 of it"}
    assert len(asked.requests) == 1
    assert model.counts == RecordingCounts(replayed=3, missing=1, stored=1)


def test_different_requests_at_once_do_not_wait_for_each_other(
    store: RecordingStore,
) -> None:
    order: list[str] = []
    model = Recorded(counting(), store, RECORD)

    def note(delta: Delta) -> None:
        order.append(delta.text.strip())

    async def main() -> None:
        await gather(
            partial(model.generate, ask(seed=s), on_delta=note) for s in (1, 2)
        )

    anyio.run(main)
    assert order[:2] == ["seed", "seed"]


def test_a_failed_call_is_not_stored(store: RecordingStore) -> None:
    with pytest.raises(ModelUnavailable):
        run(Recorded(Scripted([]), store, RECORD), ask())
    assert len(store) == 0
    (completion,) = run(Recorded(counting(), store, RECORD), ask(seed=3))
    assert completion.text == "seed 3 of it"


def test_a_cancelled_call_is_not_stored_and_the_next_in_line_asks(
    store: RecordingStore,
) -> None:
    model = Recorded(counting(), store, RECORD)

    async def cancelled() -> None:
        with anyio.CancelScope() as scope:
            await model.generate(ask(), on_delta=lambda _: scope.cancel())
        assert scope.cancelled_caught
        assert len(store) == 0

    async def whole() -> None:
        await model.generate(ask())

    async def main() -> None:
        calls: list[Callable[[], Awaitable[None]]] = [cancelled, whole]
        await gather(calls)

    anyio.run(main)
    assert model.counts == RecordingCounts(missing=2, stored=1)
    assert len(store) == 1


def test_a_replayed_text_comes_in_one_piece(store: RecordingStore) -> None:
    model = Recorded(counting(), store, RECORD)
    run(model, ask(seed=4))
    deltas: list[Delta] = []
    anyio.run(partial(model.generate, ask(seed=4), on_delta=deltas.append))
    assert deltas == [Delta(text="seed 4 of it", completion_tokens=4)]


def test_prompts_are_counted_as_they_were_recorded(store: RecordingStore) -> None:
    run(Recorded(counting(), store, RECORD), ask("one two"))
    only = Recorded(None, store, REPLAY_ONLY)
    assert anyio.run(only.count_prompt_tokens, ask("one two")) == 2
    assert anyio.run(only.count_prompt_tokens, ask("three")) == 13  # bytes + 8
    live = Recorded(counting(), store, RECORD)
    assert anyio.run(live.count_prompt_tokens, ask("three")) == 1


def test_without_a_model_the_store_must_hold_just_one(store: RecordingStore) -> None:
    with pytest.raises(ConfigError, match="recordings of 0 models"):
        Recorded(None, store, REPLAY_ONLY)
    one, two = Scripted(["a"], name="one"), Scripted(["b"], name="two")
    run(Recorded(one, store, RECORD), ask())
    assert Recorded(None, store, REPLAY_ONLY).identity.name == "one"
    run(Recorded(two, store, RECORD), ask())
    with pytest.raises(ConfigError, match="recordings of 2 models"):
        Recorded(None, store, REPLAY_ONLY)
    chosen = Recorded(None, store, REPLAY_ONLY, identity=two.identity)
    assert run(chosen, ask())[0].text == "b"


def test_only_replay_only_can_do_without_a_model(store: RecordingStore) -> None:
    for mode in (RECORD, REPLAY):
        with pytest.raises(ConfigError, match="need a model to ask"):
            Recorded(None, store, mode)
