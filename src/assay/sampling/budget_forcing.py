"""Budget forcing: a thinking model thinks neither without end nor hardly at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import anyio

from assay.prompts import Prompt, render
from assay.types import (
    Completion,
    Delta,
    Message,
    Model,
    ModelIdentity,
    OnDelta,
    Request,
    Usage,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """How much a problem is worth thinking about, in tokens."""

    least: int  # a thought of less than half of it is too short
    cap: int


EASY = Tier(least=0, cap=512)
MIDDLE = Tier(least=256, cap=2048)
HARD = Tier(least=1024, cap=6144)


def tier_for(n_failed: int, n_samples: int) -> Tier:
    """The tier of a problem of whose `n_samples` samples so many failed.

    Source: itigges22/ATLAS, which sets a most of thinking tokens by difficulty.
    Differs: the difficulty is what was executed and not a model's guess; the numbers
    are guesses that nothing here has measured.

    >>> tier_for(0, 2) is EASY, tier_for(1, 2) is MIDDLE, tier_for(4, 4) is HARD
    (True, True, True)
    >>> tier_for(1, 1) is MIDDLE, tier_for(0, 0) is EASY
    (True, True)
    """
    if not n_failed:
        return EASY
    return HARD if n_failed == n_samples and n_samples > 1 else MIDDLE


class Forced:
    """A model whose thought has a cap, and may be made longer. Itself a model.

    Whether the model thinks is found out by its first completion, and not configured.
    One that does not is asked as if this wrapper were not there. Of one that does:

    - at `cap` tokens of thought the stream is closed, and a second request goes on
      from the end of that thought with the final answer; so too where `max_tokens`
      cut the completion off before it had come to an answer;
    - a thought of less than half of `least` tokens is gone on with ("Wait"), at most
      `continuations` times, and the answer before is dropped.

    Put it around a `Metered` model, never inside: each request is then reserved and
    charged for itself, one that was closed for what had come of it.

    Source: s1, arXiv:2501.19393.
    Differs: the end of the thought is not suppressed, but taken back, since that works
    with any endpoint that goes on with an assistant's message; a minimum with a
    margin in the place of a fixed number of "Wait".

    Costs no call where the thought ends in time, else one more for each that is forced;
    the prompt is read again, from the engine's cache where it has one. Not covered: a
    closed call is not recorded, and recordings keep no thought: a replay is not forced.

    Args:
        tier: How much the problem is worth now. Its `cap` holds over all continuations;
            once a model is known to think, `max_tokens` is for its answer alone, and
            raised by the cap as far as the context allows. `least` 0 asks for none.
        continuations: Most times that a short thought is gone on with.
    """

    def __init__(
        self,
        model: Model,
        *,
        tier: Callable[[], Tier],
        continuations: int = 1,
    ) -> None:
        self.thinks: bool | None = None  # None: not found out yet
        self._model = model
        self._tier = tier
        self._continuations = continuations

    @property
    def _cap(self) -> int:
        return self._tier().cap

    @property
    def _least(self) -> int:
        return self._tier().least

    @property
    def identity(self) -> ModelIdentity:
        """The identity of the model behind."""
        return self._model.identity

    async def count_prompt_tokens(self, request: Request) -> int:
        """As the model behind counts."""
        return await self._model.count_prompt_tokens(request)

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Complete one request by as many calls as that takes, summed into one.

        Raises:
            BudgetExhausted, ContextLengthExceeded, ModelUnavailable: from the model.
        """
        if self.thinks is False:
            return await self._model.generate(request, on_delta=on_delta)
        total = _Total(on_delta)
        first = await self._with_room(request) if self.thinks else request
        completion = await self._ask(first, total)
        self._learn(completion, total)
        for _ in range(self._continuations if total.thought else 0):
            if completion is None or 2 * total.n_thought >= self._least:
                break
            completion = await self._ask(
                await self._with_room(_going_on(request, total.thought)), total
            )
        if completion is None:
            completion = await self._answer(_answering(request, total.thought), total)
        return total.whole(completion)

    def _learn(self, completion: Completion | None, total: _Total) -> None:
        if total.thought:
            self.thinks = True
        elif completion is not None and not completion.from_recording:
            self.thinks = False if self.thinks is None else self.thinks

    async def _with_room(self, request: Request) -> Request:
        """The request with tokens to think besides those for its answer."""
        length, room = self.identity.context_length, self._cap
        if length is not None:
            prompt_tokens = await self._model.count_prompt_tokens(request)
            room = min(room, length - prompt_tokens - request.max_tokens)
        return replace(request, max_tokens=request.max_tokens + max(0, room))

    async def _ask(self, request: Request, total: _Total) -> Completion | None:
        """The completion, or None where its thought was cut off before any answer."""
        call = _Call(total, self._cap)
        with call.scope:
            completion = await self._model.generate(request, on_delta=call.note)
            total.add(completion, call)
            return None if _only_thought(completion) else completion
        prompt_tokens = await self._model.count_prompt_tokens(request)
        total.add_closed(prompt_tokens, call)
        return None

    async def _answer(self, request: Request, total: _Total) -> Completion:
        call = _Call(total, cap=None)
        completion = await self._model.generate(request, on_delta=call.note)
        total.add(completion, call)
        return completion


class _Call:
    """One call as it arrives: how much of it is thought, and when that is enough."""

    def __init__(self, total: _Total, cap: int | None) -> None:
        self.scope = anyio.CancelScope()
        self.started = time.perf_counter()
        self.thought = ""
        self.n_thought = 0
        self.n_tokens = 0
        self._total = total
        self._cap = cap

    def note(self, delta: Delta) -> None:
        if delta.completion_tokens < self.n_tokens:  # the client began it again
            self.thought, self.n_thought = "", 0
        self.n_tokens = delta.completion_tokens
        self.thought += delta.thought
        self._total.tell(delta)
        if not delta.thought.strip():  # a blank may stand before the closing tag
            return
        self.n_thought = delta.completion_tokens
        used = self._total.n_thought + self.n_thought
        if self._cap is not None and used >= self._cap:
            self.scope.cancel()  # closes the stream, so that the server stops


class _Total:
    """What several calls for one completion have come to so far."""

    def __init__(self, on_delta: OnDelta | None) -> None:
        self.thought = ""
        self.n_thought = 0  # tokens
        self._usage = Usage()
        self._seconds = 0.0
        self._retries = 0
        self._is_reported = True
        self._on_delta = on_delta

    def tell(self, delta: Delta) -> None:
        if self._on_delta is not None:
            n_tokens = self._usage.completion_tokens + delta.completion_tokens
            self._on_delta(replace(delta, completion_tokens=n_tokens))

    def add(self, completion: Completion, call: _Call) -> None:
        self._add_thought(completion.thought, call.n_thought or _n_thought(completion))
        self._usage += completion.usage
        self._seconds += completion.seconds
        self._retries += completion.retries
        self._is_reported &= completion.usage_is_reported

    def add_closed(self, prompt_tokens: int, call: _Call) -> None:
        """A call that was closed: counted here, since the server no longer could."""
        self._add_thought(call.thought, call.n_thought)
        self._usage += Usage(
            prompt_tokens=prompt_tokens, completion_tokens=call.n_tokens
        )
        self._seconds += time.perf_counter() - call.started
        self._is_reported = False

    def _add_thought(self, thought: str, n_tokens: int) -> None:
        # what follows "Wait" goes on with it
        self.thought += f"\n\nWait{thought}" if self.thought and thought else thought
        self.n_thought += n_tokens

    def whole(self, last: Completion) -> Completion:
        """The last call's answer, with what all of them cost."""
        return replace(
            last,
            thought=self.thought,
            usage=self._usage,
            seconds=self._seconds,
            retries=self._retries,
            usage_is_reported=self._is_reported,
        )


def _n_thought(completion: Completion) -> int:
    """Tokens of thought, by its share of the letters: where nothing told as it came."""
    n_letters = len(completion.thought) + len(completion.text)
    share = len(completion.thought) / n_letters if n_letters else 0.0
    return round(share * completion.usage.completion_tokens)


def _only_thought(completion: Completion) -> bool:
    return bool(completion.thought) and not completion.text.strip()


def _going_on(request: Request, thought: str) -> Request:
    return _continued(request, render("think_on", thought=thought.strip()))


def _answering(request: Request, thought: str) -> Request:
    return _continued(request, render("final_answer", thought=thought.strip()))


def _continued(request: Request, prompt: Prompt) -> Request:
    """The request with the assistant's own words begun, for the model to go on with."""
    begun = Message(role="assistant", content=prompt.text)
    return replace(
        request,
        messages=(*request.messages, begun),
        prompt=prompt.name,
        prompt_sha256=prompt.sha256,
    )
