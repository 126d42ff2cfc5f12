"""A model on the embedded engine: this computer's own, restarted when it crashes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import anyio

from assay.errors import ModelUnavailable
from assay.models.engine import DEFAULT_CONTEXT_LENGTH, DEFAULT_SLOTS, Engine
from assay.models.openai_http import OpenAIModel
from assay.models.prefixes import SharedPrefixes
from assay.models.store import StoredModel
from assay.types import Completion, ModelIdentity, OnDelta, Request

T = TypeVar("T")

MAX_REPEATS = 2


class EmbeddedModel:
    """A stored model file behind an engine of its own. Use it in `async with`.

    A call that fails since the engine died is made again on a new engine, twice at
    most; `on_delta` then starts again with a count of 1. At most `slots` calls are in
    flight, the others wait here, where no idle timeout runs.

    Args:
        model: What `ModelStore.resolve` gave: the digest is part of the identity.
        context_length, slots, threads, log_path, port, program, shares_prefixes: As in
            `Engine`.
    """

    def __init__(
        self,
        model: StoredModel,
        *,
        context_length: int = DEFAULT_CONTEXT_LENGTH,
        slots: int = DEFAULT_SLOTS,
        threads: int | None = None,
        log_path: Path,
        port: int = 0,
        program: str | None = None,
        idle_timeout_s: float = 300.0,
        shares_prefixes: bool = True,
    ) -> None:
        self.engine = Engine(
            model.path,
            context_length=context_length,
            slots=slots,
            threads=threads,
            log_path=log_path,
            name=model.name,
            port=port,
            program=program,
            shares_prefixes=shares_prefixes,
        )
        self._model = model
        self._idle_timeout_s = idle_timeout_s
        self._in_flight = anyio.CapacityLimiter(slots)
        self._clients = AsyncExitStack()
        self._client: OpenAIModel | None = None
        self._prefixes: SharedPrefixes | None = None
        self._client_generation = 0
        self._connecting = anyio.Lock()

    async def __aenter__(self) -> Self:
        """Start the engine and wait until it answers."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.engine)
            await stack.enter_async_context(self._clients)
            await self._connect()
            self._all = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections and stop the engine."""
        await self._all.__aexit__(kind, error, trace)

    @property
    def identity(self) -> ModelIdentity:
        """The file's name and digest, the engine's version, the length in force."""
        return ModelIdentity(
            name=self._model.name,
            engine=self.engine.version,
            sha256=self._model.sha256,
            context_length=self.engine.context_length,
        )

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait until fewer than `slots` calls are in flight, and be one of them."""
        async with self._in_flight:
            yield

    async def count_prompt_tokens(self, request: Request) -> int:
        """Tokens of the prompt, counted by the engine."""
        count, _ = await self._call(lambda client: client.count_prompt_tokens(request))
        return count

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Complete one request, through crashes of the engine if need be.

        Raises:
            ContextLengthExceeded: the prompt and `max_tokens` do not fit.
            ModelUnavailable: the engine died each time, or does not start again.
        """

        async def call(client: OpenAIModel) -> Completion:
            prefixes = self._prefixes
            if prefixes is not None:
                await prefixes.prepare(request.messages)
            completion = await client.generate(request, on_delta=on_delta)
            if prefixes is not None:
                cached = completion.usage.cached_prompt_tokens
                found = 2 * cached >= completion.usage.prompt_tokens
                prefixes.note(request.messages, was_cached=found)
            return completion

        async with self.place():
            completion, repeats = await self._call(call)
        return replace(completion, retries=completion.retries + repeats)

    async def _call(self, call: Callable[[OpenAIModel], Awaitable[T]]) -> tuple[T, int]:
        """The call's value, and how often it was repeated after a crash."""
        for repeats in range(MAX_REPEATS):
            generation = self.engine.generation
            try:
                return await call(await self._connect()), repeats
            except ModelUnavailable:
                is_same = generation == self.engine.generation
                if is_same and not await self.engine.has_died():
                    raise
            await self.engine.restart(generation)
        return await call(await self._connect()), MAX_REPEATS

    async def _connect(self) -> OpenAIModel:
        """A client of the engine that runs now. Older ones are closed at the end."""
        async with self._connecting:
            await self.engine.settled()
            generation = self.engine.generation
            if self._client is None or self._client_generation != generation:
                client = self._new_client()
                self._client = await self._clients.enter_async_context(client)
                self._prefixes = await self._share_prefixes()
                self._client_generation = generation
            return self._client

    async def _share_prefixes(self) -> SharedPrefixes | None:
        engine = self.engine
        if not engine.slot_file or engine.slots < 2:
            return None
        prefixes = SharedPrefixes(engine.address, engine.api_key, engine.slot_file)
        return await self._clients.enter_async_context(prefixes)

    def _new_client(self) -> OpenAIModel:
        return OpenAIModel(
            base_url=self.engine.base_url,
            model=self._model.name,
            api_key=self.engine.api_key,
            context_length=self.engine.context_length,
            identity=self.identity,
            idle_timeout_s=self._idle_timeout_s,
            max_tries=2,
            backoff_s=0.1,
        )
