from __future__ import annotations

from functools import partial

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.budget import Budget, Limit, Metered, parse_limit
from assay.concurrency import gather
from assay.errors import BudgetExhausted, ConfigError
from assay.types import (
    Completion,
    Delta,
    FinishReason,
    Message,
    ModelIdentity,
    OnDelta,
    Request,
    Usage,
)


class Writer:
    """Writes as many tokens as the request's seed says, with a turn between each."""

    identity = ModelIdentity(name="writer", engine="test")

    def __init__(self, budget: Budget, prompt_tokens: int = 3) -> None:
        self.prompt_tokens = prompt_tokens
        self.budget = budget
        self.worst = 0

    async def count_prompt_tokens(self, request: Request) -> int:
        await anyio.lowlevel.checkpoint()
        return self.prompt_tokens

    async def generate(
        self, request: Request, *, on_delta: OnDelta | None = None
    ) -> Completion:
        n_tokens = min(request.seed, request.max_tokens)
        for n in range(1, n_tokens + 1):
            await anyio.lowlevel.checkpoint()
            if on_delta:
                on_delta(Delta(text="x ", completion_tokens=n))
        usage = Usage(prompt_tokens=self.prompt_tokens, completion_tokens=n_tokens)
        return Completion(
            text="x " * n_tokens,
            finish_reason=FinishReason.STOP,
            usage=usage,
            seconds=0.1,
        )


def ask(n_tokens: int, max_tokens: int = 10) -> Request:
    message = Message(role="user", content="q")
    return Request(messages=(message,), max_tokens=max_tokens, seed=n_tokens)


@settings(max_examples=60)
@given(
    st.integers(0, 120),
    st.lists(st.integers(0, 15), min_size=1, max_size=8),
    st.integers(0, 6),
)
def test_a_run_never_spends_more_than_its_budget_with_all_calls_in_flight(
    ceiling: int, sizes: list[int], max_calls: int
) -> None:
    async def run() -> Budget:
        budget = Budget(Limit(tokens=ceiling, calls=max_calls))
        model = Metered(Writer(budget), budget)

        async def call(size: int) -> None:
            try:
                await model.generate(ask(size))
            except BudgetExhausted:
                return

        await gather(partial(call, size) for size in sizes)
        return budget

    budget = anyio.run(run)
    assert budget.usage.tokens <= ceiling
    assert budget.calls <= max_calls


def test_a_call_waits_for_what_calls_in_flight_may_free() -> None:
    async def run() -> Budget:
        budget = Budget(Limit(tokens=30))  # each may need 13 and needs 5
        model = Metered(Writer(budget), budget)
        await gather(partial(model.generate, ask(2)) for _ in range(4))
        return budget

    budget = anyio.run(run)
    assert (budget.calls, budget.usage.tokens) == (4, 20)


@settings(max_examples=40)
@given(st.integers(0, 90), st.lists(st.integers(0, 12), min_size=1, max_size=8))
def test_which_calls_are_admitted_does_not_depend_on_their_speed(
    ceiling: int, sizes: list[int]
) -> None:
    async def run(slow: bool) -> list[int]:
        budget = Budget(Limit(tokens=ceiling))
        writer = Writer(budget)
        admitted: list[int] = []

        async def call(index: int, size: int) -> None:
            class Paced(Writer):
                async def count_prompt_tokens(self, request: Request) -> int:
                    for _ in range(9 - index if slow else 0):
                        await anyio.lowlevel.checkpoint()
                    return writer.prompt_tokens

            try:
                await Metered(Paced(budget), budget).generate(ask(size))
            except BudgetExhausted:
                return
            admitted.append(index)

        await gather(partial(call, n, size) for n, size in enumerate(sizes))
        return sorted(admitted)

    assert anyio.run(run, True) == anyio.run(run, False)


def test_a_cancelled_call_is_charged_for_what_had_arrived() -> None:
    async def run() -> Budget:
        budget = Budget()

        class Endless(Writer):
            async def generate(
                self, request: Request, *, on_delta: OnDelta | None = None
            ) -> Completion:
                assert on_delta
                on_delta(Delta(text="x", completion_tokens=7))
                await anyio.sleep(30)
                raise AssertionError

        with anyio.move_on_after(0.01):
            await Metered(Endless(budget), budget).generate(ask(9))
        return budget

    budget = anyio.run(run)
    assert budget.usage == Usage(prompt_tokens=3, completion_tokens=7)


def test_the_refusal_says_what_was_needed_what_is_left_and_what_to_do() -> None:
    async def run() -> None:
        budget = Budget(Limit(tokens=12))
        await Metered(Writer(budget), budget).generate(ask(1))

    with pytest.raises(BudgetExhausted, match=r"need 13 tokens but 12 of 12 .*raise"):
        anyio.run(run)


def test_time_and_calls_are_limits_too() -> None:
    async def run(limit: Limit) -> None:
        budget = Budget(limit)
        await Metered(Writer(budget), budget).generate(ask(1))

    with pytest.raises(BudgetExhausted, match="0 s of the budget"):
        anyio.run(run, Limit(seconds=0))
    with pytest.raises(BudgetExhausted, match="0 calls of the budget"):
        anyio.run(run, Limit(calls=0))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Limit()),
        ("tokens=20k", Limit(tokens=20000)),
        ("tokens=1.5m, calls=0", Limit(tokens=1500000, calls=0)),
        ("time=90", Limit(seconds=90)),
        ("time=1.5h", Limit(seconds=5400)),
    ],
)
def test_a_budget_is_read_from_text(text: str, wanted: Limit) -> None:
    assert parse_limit(text) == wanted


@pytest.mark.parametrize(
    "text", ["tokens", "token=3", "tokens=-3", "tokens=3x", "calls=2,calls=3", "time=k"]
)
def test_a_budget_that_is_not_understood_says_how_to_write_it(text: str) -> None:
    with pytest.raises(ConfigError, match="budget"):
        parse_limit(text)
