"""OpenAI's chat format: the body of a request, the chunks of a streamed answer."""

from __future__ import annotations

from typing import Any, NamedTuple

from assay.types import FinishReason, Message, Request

_FINISH = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "tool_calls": FinishReason.STOP,
    "function_call": FinishReason.STOP,
    "length": FinishReason.LENGTH,
}


class WrongChunk(ValueError):
    """A chunk that is not of OpenAI's shape."""


class Piece(NamedTuple):
    """What a chunk adds: to the text, and to what was thought before it."""

    text: str = ""
    thought: str = ""


def message_list(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    """Return messages as JSON has them. Half a surrogate pair cannot be sent."""
    return [{"role": m.role, "content": _sendable(m.content)} for m in messages]


def request_body(
    request: Request, model: str, *, llama_cpp: bool, vllm: bool = False
) -> dict[str, Any]:
    """Write a request as OpenAI's API wants it: one choice, streamed, with usage.

    A llama.cpp server is also asked for counts in every chunk, so that a stream that
    is closed early was counted, and for each token's probability, which costs it a
    twentieth of its speed or less; others might refuse a field they do not know.

    A request whose last message is the assistant's asks to go on with it. llama.cpp
    does so of itself, but refuses while its template thinks; vLLM wants to be told.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": message_list(request.messages),
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.stop:
        body["stop"] = list(request.stop)
    if llama_cpp:
        body |= {"timings_per_token": True, "cache_prompt": True}
        body |= {"logprobs": True, "top_logprobs": 1}
    if request.messages and request.messages[-1].role == "assistant":
        if llama_cpp:
            body["chat_template_kwargs"] = {"enable_thinking": False}
        if vllm:
            body |= {"continue_final_message": True, "add_generation_prompt": False}
    return body


class Tally:
    """Adds up the chunks of one choice: its end, and its tokens by every account.

    >>> tally = Tally()
    >>> tally.add({"choices": [{"delta": {"reasoning_content": "Hm"}}]})
    Piece(text='', thought='Hm')
    >>> tally.add({"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}]})
    Piece(text='x', thought='')
    >>> tally.completion_tokens, tally.finish_reason
    (2, <FinishReason.STOP: 'stop'>)
    """

    def __init__(self) -> None:
        self.finish_reason: FinishReason | None = None
        self.unknown_finish = ""
        self.n_deltas = 0
        self.logprobs: list[float] = []
        self._usage: dict[str, Any] = {}
        self._timings: dict[str, Any] = {}

    def add(self, chunk: object) -> Piece:
        """Take a chunk and return what it adds.

        Raises:
            WrongChunk: it is no chunk.
        """
        fields = _mapping(chunk, "a chunk")
        self._usage = _mapping(fields.get("usage") or self._usage, "usage")
        self._timings = _mapping(fields.get("timings") or self._timings, "timings")
        choices = fields.get("choices") or []
        if not isinstance(choices, list):
            raise WrongChunk("'choices' is no list")
        if not choices:
            return Piece()
        return self._add_choice(_mapping(choices[0], "a choice"))

    def _add_choice(self, choice: dict[str, Any]) -> Piece:
        self._end(choice.get("finish_reason"))
        self.logprobs += _logprobs(choice.get("logprobs"))
        delta = _mapping(choice.get("delta") or {}, "a delta")
        text = delta.get("content") or ""
        if not isinstance(text, str):
            raise WrongChunk("'content' is no text")
        thought = delta.get("reasoning_content") or delta.get("reasoning") or ""
        if text or thought:  # its tokens are spent, too
            self.n_deltas += 1
        return Piece(
            _sendable(text), _sendable(thought) if isinstance(thought, str) else ""
        )

    def _end(self, reason: object) -> None:
        if not reason:
            return
        self.finish_reason = _FINISH.get(str(reason))
        self.unknown_finish = "" if self.finish_reason else str(reason)

    @property
    def completion_tokens(self) -> int:
        """Tokens written so far: the server's count, else the number of deltas."""
        counts = (
            _count(self._usage.get("completion_tokens")),
            _count(self._timings.get("predicted_n")),
        )
        return next((count for count in counts if count), self.n_deltas)

    @property
    def is_reported(self) -> bool:
        """Whether the server told what the prompt and the answer cost."""
        return bool(self._usage or self._timings)

    @property
    def prompt_tokens(self) -> int | None:
        """Tokens of the prompt as the server counted them, with the cached ones."""
        reported = _count(self._usage.get("prompt_tokens"))
        if reported:
            return reported
        new = _count(self._timings.get("prompt_n"))
        return None if new is None else new + self.cached_prompt_tokens

    @property
    def cached_prompt_tokens(self) -> int:
        """Tokens of the prompt that the server had already read."""
        details = self._usage.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, dict) else None
        return _count(cached) or _count(self._timings.get("cache_n")) or 0


def _sendable(text: str) -> str:
    """Text without halves of surrogate pairs, which no file and no socket takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _mapping(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongChunk(f"{what} is no object")
    return value


def _logprobs(told: object) -> list[float]:
    """Log-probabilities of a choice's tokens; none where they are malformed."""
    tokens = told.get("content") if isinstance(told, dict) else None
    if not isinstance(tokens, list):
        return []
    values = [each.get("logprob") for each in tokens if isinstance(each, dict)]
    # + 0.0: no -0.0 in what is stored
    return [round(v, 2) + 0.0 for v in values if isinstance(v, float | int) and v <= 0]


def _count(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None
