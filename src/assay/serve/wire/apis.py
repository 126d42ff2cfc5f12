"""The four APIs side by side, so that a server has one way through all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from assay.serve.requests import ChatRequest
from assay.serve.wire.chat import read_chat
from assay.serve.wire.chat_answers import ChatStream, chat_answer
from assay.serve.wire.completions import (
    CompletionStream,
    completion_answer,
    read_completion,
)
from assay.serve.wire.errors import Refusal
from assay.serve.wire.events import AnswerStream, Choice, Head
from assay.serve.wire.messages import read_message
from assay.serve.wire.messages_answers import MessageStream, message_answer
from assay.serve.wire.responses import read_response
from assay.serve.wire.responses_answers import ResponseStream, response_answer
from assay.types import Usage


class Answer(Protocol):
    """Writes a whole answer as one API has it."""

    def __call__(
        self,
        head: Head,
        request: ChatRequest,
        choices: Sequence[Choice],
        *,
        usage: Usage,
        assay: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the JSON. APIs with one choice take the first; there must be one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One API: how a request is read, and in which form it is answered."""

    name: str
    path: str
    bounds: tuple[str, ...]  # what it calls the most tokens of an answer
    read: Callable[[bytes, Mapping[str, str]], ChatRequest]
    answer: Answer
    stream: Callable[[Head, ChatRequest], AnswerStream]
    error: Callable[[Refusal], dict[str, Any]]


CHAT = Api(
    name="chat",
    path="/v1/chat/completions",
    bounds=("max_tokens", "max_completion_tokens"),
    read=read_chat,
    answer=chat_answer,
    stream=ChatStream,
    error=Refusal.openai,
)
COMPLETIONS = Api(
    name="completions",
    path="/v1/completions",
    bounds=("max_tokens",),
    read=read_completion,
    answer=completion_answer,
    stream=CompletionStream,
    error=Refusal.openai,
)
RESPONSES = Api(
    name="responses",
    path="/v1/responses",
    bounds=("max_output_tokens",),
    read=read_response,
    answer=response_answer,
    stream=ResponseStream,
    error=Refusal.openai,
)
MESSAGES = Api(
    name="messages",
    path="/v1/messages",
    bounds=("max_tokens",),
    read=read_message,
    answer=message_answer,
    stream=MessageStream,
    error=Refusal.anthropic,
)
APIS = (CHAT, COMPLETIONS, RESPONSES, MESSAGES)
