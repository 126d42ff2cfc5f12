"""A model that says what it was told to: for tests, demos and rehearsals."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from anyio.lowlevel import checkpoint

from assay.errors import ModelUnavailable
from assay.models.context import context_exceeded
from assay.models.transcript import Transcript
from assay.types import (
    Completion,
    FinishReason,
    ModelIdentity,
    OnDelta,
    Request,
    Usage,
)

_WORD = re.compile(r"\s*\S+|\s+")


class Scripted:
    """Replies from a list, in the order of the calls, or from a function.

    A token is a word: what `str.split` finds. Every word is a step of the event loop,
    so that calls which run at once interleave as they do with a real model. Equal
    calls take no time and cost the same, whatever the machine.

    Args:
        replies: What to write, or a function from the request to it.
        context_length: In words; None is no limit.
    """

    def __init__(
        self,
        replies: Sequence[str] | Callable[[Request], str],
        *,
        name: str = "scripted",
        context_length: int | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self._replies = replies
        self._identity = ModelIdentity(
            name=name, engine="scripted", context_length=context_length
        )

    @property
    def identity(self) -> ModelIdentity:
        """The name it was given; the engine is `scripted`."""
        return self._identity

    async def count_prompt_tokens(self, request: Request) -> int:
        """Words of all messages."""
        await checkpoint()
        return _prompt_words(request)

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Write the next reply, cut as the request asks.

        Raises:
            ModelUnavailable: there are no more replies.
            ContextLengthExceeded: prompt and `max_tokens` are above the given length.
        """
        self._require_fit(request)
        reply = self._next_reply(request)  # before any wait: replies keep their order
        await checkpoint()
        transcript = Transcript(request, on_delta)
        words = _WORD.findall(_before_stop(reply, request.stop))
        n_words = 0
        for word in words:
            if word.strip():
                if n_words == request.max_tokens:
                    transcript.closed = FinishReason.LENGTH
                    break
                n_words += 1
            transcript.add(word, completion_tokens=n_words)
            if transcript.closed:
                break
            await checkpoint()
        transcript.end()
        return Completion(
            text=transcript.text,
            thought=transcript.thought,
            finish_reason=transcript.closed or FinishReason.STOP,
            usage=Usage(
                prompt_tokens=_prompt_words(request), completion_tokens=n_words
            ),
            seconds=0.0,
        )

    def _next_reply(self, request: Request) -> str:
        position = len(self.requests)
        self.requests.append(request)
        if callable(self._replies):
            return self._replies(request)
        if position < len(self._replies):
            return self._replies[position]
        raise ModelUnavailable(
            f"{self._identity.name} has {len(self._replies)} replies and was asked "
            f"once more (prompt {request.prompt!r}, seed {request.seed}, temperature "
            f"{request.temperature:g}); give it another reply"
        )

    def _require_fit(self, request: Request) -> None:
        length, words = self._identity.context_length, _prompt_words(request)
        if length is not None and words + request.max_tokens > length:
            raise context_exceeded(words, request.max_tokens, length)


def _prompt_words(request: Request) -> int:
    return sum(len(message.content.split()) for message in request.messages)


def _before_stop(text: str, stops: tuple[str, ...]) -> str:
    """Cut a text at the first place where one of the stops begins.

    >>> _before_stop("one two three", ("three", "two"))
    'one '
    """
    places = [text.find(stop) for stop in stops if stop in text]
    return text[: min(places)] if places else text
