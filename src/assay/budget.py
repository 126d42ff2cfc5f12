"""What a solve may spend, and a model that charges it.

A call is reserved before it is made, at the most it can need, and settled after it, in
`finally`, at what it did need. So the budget holds with any number of calls in flight,
and a call that is cancelled or whose text is useless is charged all the same.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import anyio

from assay.errors import BudgetExhausted, ConfigError
from assay.types import (
    Completion,
    Delta,
    Model,
    ModelIdentity,
    OnDelta,
    Request,
    Usage,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A ceiling on spending. None is no ceiling, 0 is nothing."""

    tokens: int | None = None  # prompt and completion together
    seconds: float | None = None  # wall
    calls: int | None = None


_UNITS = {"": 1.0, "k": 1e3, "m": 1e6}
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def parse_limit(text: str) -> Limit:
    """Read `tokens=20k,time=120s,calls=30`.

    >>> parse_limit("tokens=20k,time=2m")
    Limit(tokens=20000, seconds=120.0, calls=None)
    """
    found: dict[str, float] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, amount = part.partition("=")
        units = _SECONDS if name == "time" else _UNITS
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", amount.strip().lower())
        if name not in ("tokens", "time", "calls") or not match:
            raise ConfigError(
                f"budget {part!r} is not understood; "
                "write tokens=20k,time=120s,calls=30"
            )
        if match[2] not in units:
            raise ConfigError(f"budget {part!r} has the unknown unit {match[2]!r}")
        if name in found:
            raise ConfigError(f"budget {text!r} names {name!r} twice")
        found[name] = float(match[1]) * units[match[2]]
    tokens, calls = found.get("tokens"), found.get("calls")
    return Limit(
        tokens=None if tokens is None else int(tokens),
        seconds=found.get("time"),
        calls=None if calls is None else int(calls),
    )


class Budget:
    """The books of one solve: what is spent, what calls in flight may still spend."""

    def __init__(self, limit: Limit | None = None) -> None:
        self.limit = limit or Limit()
        self.usage = Usage()
        self.calls = 0
        self.retries = 0
        self.model_seconds = 0.0
        self._reserved = 0
        self._in_flight = 0
        self._busy_since = 0.0
        self._started = time.monotonic()
        self._changed = anyio.Event()
        self._turn = anyio.Lock()

    @property
    def seconds(self) -> float:
        """Wall seconds since the budget was made."""
        return time.monotonic() - self._started

    @property
    def seconds_left(self) -> float:
        """Wall seconds left, infinite where there is no limit."""
        if self.limit.seconds is None:
            return float("inf")
        return self.limit.seconds - self.seconds

    async def admit(self, model: Model, request: Request) -> tuple[int, int]:
        """Let a call in when it fits: its prompt's tokens, and what is set aside.

        Calls are let in strictly in the order in which they come, and one is refused
        only when nothing is in flight any more. So which calls a budget admits does
        not depend on how fast any of them is, and a replay admits the same (where
        prompts are counted exactly: a bound is larger than what was recorded).

        Raises:
            BudgetExhausted: the call cannot fit, whatever the others turned out to
                need.
        """
        async with self._turn:
            prompt_tokens = await model.count_prompt_tokens(request)
            reserved = prompt_tokens + request.max_tokens
            await self._reserve(reserved)
        return prompt_tokens, reserved

    async def _reserve(self, tokens: int) -> None:
        """Set `tokens` aside, waiting while calls in flight may free them."""
        while not self._fits(tokens, self._reserved):
            if not self._in_flight:
                raise BudgetExhausted(self._refusal(tokens))
            await self._changed.wait()
        if not self._in_flight:
            self._busy_since = time.monotonic()
        self._in_flight += 1
        self._reserved += tokens
        self.calls += 1

    def settle(self, reserved: int, usage: Usage, retries: int = 0) -> None:
        """Replace a reservation by what the call did need."""
        self._reserved -= reserved
        self._in_flight -= 1
        self.usage += usage
        self.retries += retries
        if not self._in_flight:
            self.model_seconds += time.monotonic() - self._busy_since
        self._changed.set()
        self._changed = anyio.Event()

    def _fits(self, tokens: int, reserved: int) -> bool:
        limit = self.limit
        return (
            (
                limit.tokens is None
                or self.usage.tokens + reserved + tokens <= limit.tokens
            )
            and (limit.calls is None or self.calls < limit.calls)
            and self.seconds_left > 0
        )

    def _refusal(self, tokens: int) -> str:
        limit = self.limit
        if limit.calls is not None and self.calls >= limit.calls:
            return f"all {limit.calls} calls of the budget are used"
        if self.seconds_left <= 0:
            return f"all {limit.seconds:g} s of the budget are used"
        left = (limit.tokens or 0) - self.usage.tokens
        return (
            f"a call may need {tokens:,} tokens but {left:,} of {limit.tokens:,} are "
            "left; raise --budget tokens=… or lower --max-tokens"
        )


class Metered:
    """A model whose every call is charged to a budget. Itself a model."""

    def __init__(self, model: Model, budget: Budget) -> None:
        self._model = model
        self._budget = budget

    @property
    def identity(self) -> ModelIdentity:
        """The identity of the model behind."""
        return self._model.identity

    async def count_prompt_tokens(self, request: Request) -> int:
        """As the model behind counts. Free of charge."""
        return await self._model.count_prompt_tokens(request)

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        """Reserve, ask, settle. A cancelled call is charged for what had arrived.

        Raises:
            BudgetExhausted: before the call, when it may need more than is left.
        """
        prompt_tokens, reserved = await self._budget.admit(self._model, request)
        usage, retries = Usage(prompt_tokens=prompt_tokens), 0

        def count(delta: Delta) -> None:
            nonlocal usage
            usage = Usage(
                prompt_tokens=prompt_tokens, completion_tokens=delta.completion_tokens
            )
            if on_delta is not None:
                on_delta(delta)

        try:
            completion = await self._model.generate(request, on_delta=count)
            usage, retries = completion.usage, completion.retries
            return completion
        finally:
            self._budget.settle(reserved, usage, retries)
