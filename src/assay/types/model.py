"""What is asked of a model, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One chat message."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of a model, for exactly one completion.

    Equal requests are one recording, so a request holds all that the text depends on
    and nothing else. `stop_at_fence` ends the completion at the line that closes its
    first code block, by closing the stream: it works with any endpoint.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 1024
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    stop_at_fence: bool = False
    prompt: str = field(default="", compare=False)  # the prompt file's name
    prompt_sha256: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call or of many. `cached_prompt_tokens` are part of `prompt`."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_prompt_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cached_prompt_tokens=self.cached_prompt_tokens + other.cached_prompt_tokens,
        )


class FinishReason(StrEnum):
    """Why a completion ended."""

    STOP = "stop"
    LENGTH = "length"
    FENCE = "fence"  # the code block was closed; we closed the stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a model wrote for one request. `seconds` is from sending to the end.

    `logprobs` are natural logarithms of the probability of each token as it was drawn,
    before temperature, to two decimals; empty where the endpoint does not tell them.
    `thought` is no part of `text`, but its tokens are in `usage`; recordings do not
    keep it.
    """

    text: str
    finish_reason: FinishReason
    usage: Usage
    seconds: float
    from_recording: bool = False
    retries: int = 0
    usage_is_reported: bool = True  # False: counted here, as the endpoint does not tell
    logprobs: tuple[float, ...] = ()
    thought: str = ""  # what the model wrote before its answer, if it thinks aloud


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A piece of a completion as it arrives; the count is of this call so far."""

    text: str
    completion_tokens: int
    thought: str = ""


OnDelta = Callable[[Delta], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which model answers, as far as it can be known."""

    name: str
    engine: str  # e.g. "xllamacpp 2026.10.11549", "openai http://127.0.0.1:8080/v1"
    sha256: str | None = None  # of the model file, where we have it
    context_length: int | None = None  # tokens per request


class Model(Protocol):
    """Something that completes chats. Wrappers of a model are models."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model answers. Part of the key of every recording."""
        ...

    async def count_prompt_tokens(self, request: Request) -> int:
        """Tokens of the prompt: exact where the endpoint can tell, else a bound."""
        ...

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Complete one request, or raise. Cancelling closes the connection.

        Raises:
            ContextLengthExceeded: the prompt and `max_tokens` do not fit.
            BudgetExhausted: from a `Metered` model, before anything was sent.
            ModelUnavailable: no answer after the retries that make sense.
        """
        ...
