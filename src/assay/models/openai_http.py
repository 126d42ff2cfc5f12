"""Any OpenAI-compatible endpoint as a model: streamed, counted, retried, cancelled."""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assay.errors import ModelUnavailable
from assay.models.address import parse_address
from assay.models.chunks import Tally, WrongChunk, request_body
from assay.models.context import cautious_estimate, context_exceeded, prompt_bound
from assay.models.discovery import Endpoint, Engine, count_tokens, discover
from assay.models.retries import TransientFault, retry
from assay.models.transcript import Transcript, runs_away
from assay.types import (
    Completion,
    FinishReason,
    Message,
    ModelIdentity,
    OnDelta,
    Request,
    Usage,
)

if TYPE_CHECKING:
    from assay.models.connection import Connection

_MOST_COUNTED_PROMPTS = 256  # kept, since samples of a problem share their prompt


@dataclass(frozen=True, slots=True)
class _Count:
    tokens: int
    exact: bool


class OpenAIModel:
    """A model behind a base URL: llama-server, vLLM, SGLang, Ollama, LM Studio, more.

    Use it in `async with`: entering finds out which model is served and how long its
    context is, leaving closes every connection. Each call is one choice of its own,
    always streamed, since a server stops generating only when a stream is closed.

    Tokens are the server's count, where it gives one, else the number of pieces that
    came, thought included. After a retry `on_delta` starts again with a count of 1;
    what a failed try had written is not in the usage.

    Args:
        base_url: Ends in `/v1`, as a rule; that may be left out after a bare host.
        model: May be empty where the endpoint serves, or has loaded, only one.
        api_key: Sent as a bearer token, and to no other host.
        context_length: Tokens per request, if the endpoint cannot tell. The smaller
            of this and what the endpoint tells is in force.
        identity: Who answers, where the caller knows better than the endpoint.
        idle_timeout_s: The longest silence. There is no limit on the whole answer.
        max_tries: Of one call, the first included.
        backoff_s: The wait after the first failed try, doubled after each.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str = "",
        api_key: str | None = None,
        context_length: int | None = None,
        identity: ModelIdentity | None = None,
        connect_timeout_s: float = 10,
        idle_timeout_s: float = 300,
        max_tries: int = 4,
        backoff_s: float = 0.5,
    ) -> None:
        self._address = parse_address(base_url)
        self._model = model
        self._api_key = api_key
        self._context_length = context_length
        self._given_identity = identity
        self._connect_timeout_s = connect_timeout_s
        self._idle_timeout_s = idle_timeout_s
        self._max_tries = max_tries
        self._backoff_s = backoff_s
        self._connection: Connection | None = None
        self._found: Endpoint | None = None
        self._counts: dict[tuple[Message, ...], _Count] = {}

    async def __aenter__(self) -> Self:
        """Open the client and ask the endpoint what it is.

        Raises:
            ModelUnavailable: it does not answer, or not in this API.
            ConfigError: it serves several models, and none was named.
        """
        from assay.models.connection import Connection  # httpx2 takes 100 ms

        self._connection = Connection(
            self._address,
            api_key=self._api_key,
            connect_timeout_s=self._connect_timeout_s,
            idle_timeout_s=self._idle_timeout_s,
        )
        try:
            self._found, _ = await retry(
                partial(discover, self._connection, self._model),
                max_tries=self._max_tries,
                backoff_s=self._backoff_s,
                give_up=self._no_answer,
            )
        except BaseException:
            await self._connection.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        await self._open_connection.aclose()

    @property
    def identity(self) -> ModelIdentity:
        """Who answers: as given, or as found when the model was entered."""
        given = self._given_identity or ModelIdentity(
            name=self._found.model if self._found else self._model,
            engine=f"openai {self._address.base}",
        )
        return replace(given, context_length=self._length_in_force())

    async def count_prompt_tokens(self, request: Request) -> int:
        """Tokens of the prompt: exact with llama.cpp and vLLM, else a token a byte."""
        return (await self._count(request)).tokens

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Complete one request, or raise. Cancelling closes the connection.

        Raises:
            ContextLengthExceeded: the prompt and `max_tokens` do not fit.
            ModelUnavailable: no answer after the retries that make sense.
        """
        await self._require_fit(request)
        completion, retries = await retry(
            partial(self._try_once, request, on_delta),
            max_tries=self._max_tries,
            backoff_s=self._backoff_s,
            give_up=self._no_answer,
        )
        return replace(completion, retries=retries)

    async def _try_once(self, request: Request, on_delta: OnDelta | None) -> Completion:
        started = time.perf_counter()
        tally, transcript = Tally(), Transcript(request, on_delta)
        try:
            await self._read(request, tally, transcript)
        except TransientFault:
            if tally.finish_reason is None:
                raise
            # the text had come to its end: only the count after it is missing
        transcript.end()
        seconds = time.perf_counter() - started
        return Completion(
            text=transcript.text,
            finish_reason=transcript.closed or tally.finish_reason or FinishReason.STOP,
            usage=await self._usage(request, tally),
            seconds=seconds,
            usage_is_reported=tally.is_reported,
            logprobs=tuple(tally.logprobs),
            thought=transcript.thought,
        )

    async def _read(
        self, request: Request, tally: Tally, transcript: Transcript
    ) -> None:
        found = self._endpoint
        body = request_body(
            request,
            found.model,
            llama_cpp=found.is_llama_cpp,
            vllm=found.engine is Engine.VLLM,
        )
        async with aclosing(self._open_connection.chat(body)) as chunks:
            async for chunk in chunks:
                try:
                    piece = tally.add(chunk)
                except WrongChunk as error:
                    raise self._strange(f"a wrong chunk: {error}") from error
                if tally.unknown_finish:
                    raise self._strange(f"finish_reason {tally.unknown_finish!r}")
                transcript.add(
                    piece.text,
                    thought=piece.thought,
                    completion_tokens=tally.completion_tokens,
                )
                if not transcript.closed and runs_away(tally, request.max_tokens):
                    transcript.closed = FinishReason.LENGTH
                if transcript.closed:
                    return  # closes the socket, so that the server stops

    async def _usage(self, request: Request, tally: Tally) -> Usage:
        prompt_tokens = tally.prompt_tokens
        if prompt_tokens is None:
            prompt_tokens = await self.count_prompt_tokens(request)
        else:
            self._require_whole(prompt_tokens, request)
        return Usage(
            prompt_tokens=prompt_tokens,
            completion_tokens=tally.completion_tokens,
            cached_prompt_tokens=tally.cached_prompt_tokens,
        )

    async def _require_fit(self, request: Request) -> None:
        """Refuse before anything is sent. The cheap bound spares most prompts a call.

        Where only the bound is known, half of it stands for the count.
        """
        length = self._length_in_force()
        bound = prompt_bound(request)
        if length is None or bound + request.max_tokens <= length:
            return
        count = await self._count(request)
        tokens = count.tokens if count.exact else cautious_estimate(count.tokens)
        if tokens + request.max_tokens > length:
            raise context_exceeded(
                tokens, request.max_tokens, length, estimated=not count.exact
            )

    def _require_whole(self, prompt_tokens: int, request: Request) -> None:
        """Refuse an answer to a prompt that may have been cut in silence.

        Ollama cuts a prompt to the context and counts what is left of it.
        """
        length = self._length_in_force()
        if length is not None and prompt_tokens + request.max_tokens > length:
            raise context_exceeded(prompt_tokens, request.max_tokens, length)

    async def _count(self, request: Request) -> _Count:
        known = self._counts.get(request.messages)
        if known:
            return known
        tokens = await count_tokens(
            self._open_connection, self._endpoint, request.messages
        )
        if tokens is None:
            return _Count(prompt_bound(request), exact=False)
        while len(self._counts) >= _MOST_COUNTED_PROMPTS:
            del self._counts[next(iter(self._counts))]
        return self._counts.setdefault(request.messages, _Count(tokens, exact=True))

    def _length_in_force(self) -> int | None:
        found = self._found.context_length if self._found else None
        lengths = [length for length in (self._context_length, found) if length]
        return min(lengths) if lengths else None

    @property
    def _open_connection(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("use OpenAIModel in 'async with'")
        return self._connection

    @property
    def _endpoint(self) -> Endpoint:
        if self._found is None:
            raise RuntimeError("use OpenAIModel in 'async with'")
        return self._found

    def _strange(self, what: str) -> ModelUnavailable:
        base = self._address.base
        return ModelUnavailable(
            f"{base} answered with {what}; is it an OpenAI-compatible endpoint?"
        )

    def _no_answer(self, fault: TransientFault, tries: int) -> ModelUnavailable:
        base = self._address.base
        times = "1 try" if tries == 1 else f"{tries} tries"
        refused = fault.reason == "connection refused"
        advice = (
            "is llama-server running?"
            if refused and self._address.is_loopback
            else "is the server up and able to keep up? see its log"
        )
        return ModelUnavailable(
            f"no answer from {base} after {times} ({fault.reason}); {advice}"
        )
