"""A model that remembers: answers from a store of recordings, and fills it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import anyio

from assay.errors import ConfigError, MissingRecording
from assay.models.context import prompt_bound
from assay.models.recordings import RecordingStore, recording_key
from assay.types import (
    Completion,
    Delta,
    Model,
    ModelIdentity,
    OnDelta,
    Request,
)


class RecordMode(StrEnum):
    """What becomes of a request. All three look into the store first."""

    RECORD = "record"  # what is missing is asked, and stored
    REPLAY = "replay"  # what is missing is asked, and not stored
    REPLAY_ONLY = "replay-only"  # what is missing is an error


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingCounts:
    """How a store served so far."""

    replayed: int = 0
    missing: int = 0
    stored: int = 0


@dataclass(slots=True)
class _Turn:
    """The calls of one request that run at once: the first asks for all."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    waiting: int = 0


class Recorded:
    """A model behind a store of recordings.

    A replayed completion has the usage and seconds of the call that was paid for,
    `from_recording` is set, and `on_delta` is called once with the whole text. Equal
    requests that run at once are asked once when recording. A call that failed or was
    cancelled is never stored.

    Args:
        model: Asked for what is missing. May be None in `replay-only`.
        identity: Whose recordings are wanted where there is no model; may be left
            out if the store holds those of one model only.
    """

    def __init__(
        self,
        model: Model | None,
        store: RecordingStore,
        mode: RecordMode,
        *,
        identity: ModelIdentity | None = None,
    ) -> None:
        if model is None and mode is not RecordMode.REPLAY_ONLY:
            raise ConfigError(
                f"recordings in mode {mode.value!r} need a model to ask; name one, or "
                f"use 'replay-only'"
            )
        self.counts = RecordingCounts()
        self._model = model
        self._store = store
        self._mode = mode
        self._identity = identity or (_only_identity(store) if model is None else None)
        self._turns: dict[str, _Turn] = {}

    @property
    def identity(self) -> ModelIdentity:
        """The model's own identity, or whose recordings are replayed."""
        if self._identity is not None:
            return self._identity
        assert self._model is not None  # the constructor has seen to it
        return self._model.identity

    async def count_prompt_tokens(self, request: Request) -> int:
        """Tokens of the prompt: as recorded, else as the model counts."""
        stored = self._store.get(request, self.identity)
        if stored is not None:
            return stored.usage.prompt_tokens
        if self._model is None or self._mode is RecordMode.REPLAY_ONLY:
            return prompt_bound(request)
        return await self._model.count_prompt_tokens(request)

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Replay the recording of a request, or do what the mode says.

        Raises:
            MissingRecording: in `replay-only`, there is none.
            ModelUnavailable, ContextLengthExceeded, BudgetExhausted: from the model.
        """
        if self._mode is not RecordMode.RECORD:
            return self._replay(request, on_delta) or await self._ask(request, on_delta)
        async with self._turn(request):
            return self._replay(request, on_delta) or await self._ask(request, on_delta)

    def _replay(self, request: Request, on_delta: OnDelta | None) -> Completion | None:
        stored = self._store.get(request, self.identity)
        if stored is None:
            return None
        self._add(replayed=1)
        if on_delta and stored.text:
            on_delta(
                Delta(
                    text=stored.text, completion_tokens=stored.usage.completion_tokens
                )
            )
        return stored

    async def _ask(self, request: Request, on_delta: OnDelta | None) -> Completion:
        self._add(missing=1)
        if self._model is None or self._mode is RecordMode.REPLAY_ONLY:
            raise self._missing(request)
        completion = await self._model.generate(request, on_delta=on_delta)
        if self._mode is RecordMode.RECORD:
            self._store.put(request, self.identity, completion)
            self._add(stored=1)
        return completion

    def _missing(self, request: Request) -> MissingRecording:
        key = recording_key(request, self.identity)
        return MissingRecording(
            f"no recording of prompt {request.prompt or '(unnamed)'!r} with seed "
            f"{request.seed} and temperature {request.temperature:g} (key {key[:12]}) "
            f"in {self._store.path}; record it with mode 'record'"
        )

    @asynccontextmanager
    async def _turn(self, request: Request) -> AsyncIterator[None]:
        key = recording_key(request, self.identity)
        turn = self._turns.setdefault(key, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                self._turns.pop(key, None)

    def _add(self, *, replayed: int = 0, missing: int = 0, stored: int = 0) -> None:
        self.counts = RecordingCounts(
            replayed=self.counts.replayed + replayed,
            missing=self.counts.missing + missing,
            stored=self.counts.stored + stored,
        )


def _only_identity(store: RecordingStore) -> ModelIdentity:
    models = store.models()
    if len(models) != 1:
        raise ConfigError(
            f"{store.path} holds the recordings of {len(models)} models; name the one "
            f"to replay"
        )
    parts = json.loads(models[0])
    return ModelIdentity(
        name=parts.get("name", "recorded"),
        engine=parts.get("engine", "recorded"),
        sha256=parts.get("sha256"),
    )
