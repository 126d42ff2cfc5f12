from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

from assay.cli.serving import PASSING, WAITING_MAX, ServeJob, opened
from assay.config import load_config
from assay.serve.queue import Full, RateLimit, TooFast, Turns
from serve.scripted_upstream import endpoint, saying


async def settle() -> None:
    for _ in range(6):
        await checkpoint()


class Caller:
    """One request: it asks for a turn and, when it has it, holds it until told."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.scope = anyio.CancelScope()
        self.end = anyio.Event()
        self.outcome = "waits"

    async def run(self, turns: Turns, begun: list[Caller]) -> None:
        with self.scope:
            try:
                async with turns.turn(self.key):
                    self.outcome = "runs"
                    begun.append(self)
                    await self.end.wait()
                self.outcome = "ended"
            except Full:
                self.outcome = "refused"
            finally:
                if self.scope.cancel_called and self.outcome != "ended":
                    self.outcome = "cancelled"


class Stage:
    """Callers on one queue, in the order in which they came and had their turns."""

    def __init__(self, turns: Turns, group: TaskGroup) -> None:
        self.turns = turns
        self.group = group
        self.callers: list[Caller] = []
        self.begun: list[Caller] = []

    def come(self, key: str) -> Caller:
        caller = Caller(key)
        self.callers.append(caller)
        self.group.start_soon(caller.run, self.turns, self.begun)
        return caller

    def now(self, outcome: str) -> list[Caller]:
        return [caller for caller in self.callers if caller.outcome == outcome]


def staged(turns: Turns, play: Callable[[Stage], Awaitable[None]]) -> Stage:
    async def run() -> Stage:
        async with anyio.create_task_group() as group:
            stage = Stage(turns, group)
            await play(stage)
            group.cancel_scope.cancel()
        return stage

    return anyio.run(run)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["come", "come", "end", "cancel", "end and cancel"]),
        st.integers(0, 30),
        st.booleans(),  # whether the loop then runs until nothing happens
    ),
    max_size=40,
)


@given(STEPS, st.integers(1, 3), st.integers(0, 6), st.integers(0, 3))
def test_no_turn_is_lost_or_given_twice_whenever_callers_leave(
    steps: list[tuple[str, int, bool]], at_once: int, waiting_max: int, per_key: int
) -> None:
    turns = Turns(at_once, waiting_max, per_key)

    def step(stage: Stage, what: str, which: int) -> None:
        if what == "come":
            stage.come("abc"[which % 3])
            return
        running, there = stage.now("runs"), stage.now("runs") + stage.now("waits")
        if what.startswith("end") and running:
            running[which % len(running)].end.set()
        if what.endswith("cancel") and there:
            there[which % len(there)].scope.cancel()

    def check(stage: Stage, is_settled: bool) -> None:
        assert len(stage.now("runs")) <= turns.running <= at_once
        assert turns.waiting <= waiting_max
        assert not turns.waiting or turns.running == at_once, "a turn lies idle"
        if is_settled:
            assert len(stage.now("runs")) == turns.running
            assert len(stage.now("waits")) == turns.waiting

    async def play(stage: Stage) -> None:
        for what, which, is_settled in steps:
            step(stage, what, which)
            await (settle() if is_settled else checkpoint())
            check(stage, is_settled)
        for caller in stage.callers:
            caller.end.set()
        while stage.now("runs") or stage.now("waits"):
            await checkpoint()
        assert (turns.running, turns.waiting) == (0, 0)
        last = stage.come("z")
        await settle()
        assert last.outcome == "runs"

    staged(turns, play)


def rounds(keys: list[str]) -> list[int]:
    """In which order callers are served, written again as plainly as can be."""
    left = list(enumerate(keys))
    line = list(dict.fromkeys(keys))
    order = []
    while left:
        key = line.pop(0)
        first = next(caller for caller in left if caller[1] == key)
        left.remove(first)
        order.append(first[0])
        if any(other == key for _, other in left):
            line.append(key)
    return order


@given(st.lists(st.sampled_from("abcd"), max_size=12))
def test_keys_take_turns_and_within_one_the_oldest_goes_first(keys: list[str]) -> None:
    turns = Turns(1, 20)

    async def play(stage: Stage) -> None:
        first = stage.come("first")
        await settle()
        waiting = [stage.come(key) for key in keys]
        await settle()
        for place, key in enumerate(dict.fromkeys(keys), start=1):
            assert turns.position(key) == place
        first.end.set()
        for caller in waiting:
            caller.end.set()
        await settle()
        while turns.running:
            await checkpoint()
        assert stage.begun == [first, *(waiting[n] for n in rounds(keys))]

    staged(turns, play)


def test_a_key_with_many_requests_holds_another_up_for_one_turn() -> None:
    turns = Turns(1, 100)

    async def play(stage: Stage) -> None:
        many = [stage.come("greedy") for _ in range(20)]
        await settle()
        one = stage.come("modest")
        await settle()
        assert (turns.position("greedy"), turns.position("modest")) == (1, 2)
        assert turns.position("nobody") is None
        many[0].end.set()
        await settle()
        assert turns.position("modest") == 1
        many[1].end.set()
        await settle()
        assert one.outcome == "runs"
        assert turns.position("modest") is None

    staged(turns, play)


def test_full_is_said_at_once_for_all_and_for_one_key() -> None:
    turns = Turns(1, 3, 2)

    async def play(stage: Stage) -> None:
        for key in "aaa":
            stage.come(key)
        await settle()
        assert (turns.running, turns.waiting) == (1, 2)
        with pytest.raises(Full, match="2 requests of this key wait already") as error:
            async with turns.turn("a"):
                pass
        assert error.value.http_status == 429
        stage.come("b")
        await settle()
        with pytest.raises(Full, match="3 requests wait already, as many as may"):
            async with turns.turn("c"):
                pass
        assert (turns.running, turns.waiting) == (1, 3)

    staged(turns, play)
    assert (turns.running, turns.waiting) == (0, 0)


def test_a_queue_without_places_still_has_turns() -> None:
    turns = Turns(2, 0)

    async def play(stage: Stage) -> None:
        for _ in range(3):
            stage.come("a")
        await settle()
        assert [caller.outcome for caller in stage.callers] == [
            *("runs", "runs", "refused")
        ]

    staged(turns, play)
    with pytest.raises(ValueError, match="0 turns at once"):
        Turns(0, 1)


@pytest.mark.parametrize(
    ("lengths_s", "at_once", "wanted"),
    [((), 1, 10.0), ((20.0, 40.0), 1, 30.0), ((20.0, 40.0), 3, 10.0)]
    + [((0.01,), 1, 1.0), ((900.0,), 1, 60.0)],
)
def test_retry_after_is_how_long_turns_took_lately(
    lengths_s: tuple[float, ...], at_once: int, wanted: float
) -> None:
    now = [0.0]
    turns = Turns(at_once, 0, clock=lambda: now[0])

    async def play(stage: Stage) -> None:
        for length_s in lengths_s:
            async with turns.turn("a"):
                now[0] += length_s
        for _ in range(at_once):
            stage.come("a")
        await settle()
        with pytest.raises(Full, match=f"try again in {wanted:g} s") as error:
            async with turns.turn("b"):
                pass
        assert error.value.retry_after_s == pytest.approx(wanted)

    staged(turns, play)


def test_a_failing_block_gives_its_turn_back() -> None:
    turns = Turns(1, 1)

    async def run() -> None:
        for _ in range(3):
            with pytest.raises(KeyError):
                async with turns.turn("a"):
                    raise KeyError
        assert turns.running == 0

    anyio.run(run)


def test_one_that_is_cancelled_before_it_asks_has_no_turn() -> None:
    turns = Turns(1, 1)

    async def run() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            async with turns.turn("a"):
                pytest.fail("it began")
        assert turns.running == 0

    anyio.run(run)


@given(
    st.lists(st.floats(0, 30), max_size=60),
    st.floats(1, 120),
    st.floats(1, 50),
)
def test_no_key_is_let_in_more_often_than_its_bucket_allows(
    pauses_s: list[float], a_minute: float, burst: float
) -> None:
    now = [0.0]
    rate = RateLimit(a_minute, burst=burst, clock=lambda: now[0])
    let_in: list[float] = []
    for pause_s in pauses_s:
        now[0] += pause_s
        try:
            rate.take("a")
        except TooFast as error:
            now[0] += error.retry_after_s * (1 + 1e-9) + 1e-9
            rate.take("a")  # whoever waits as long as told is let in
        let_in.append(now[0])
        for then_s in let_in:
            since = [t for t in let_in if t >= then_s]
            allowed = burst + (now[0] - then_s) * a_minute / 60
            assert len(since) <= allowed + 1e-6


def test_keys_do_not_share_a_bucket_and_a_clock_that_goes_back_takes_nothing() -> None:
    now = [1000.0]
    rate = RateLimit(2, clock=lambda: now[0])
    for key in "ab":
        rate.take(key)
        rate.take(key)
        with pytest.raises(TooFast, match="more than 2 requests a minute") as error:
            rate.take(key)
        assert error.value.retry_after_s == pytest.approx(30)
        assert error.value.http_status == 429
    now[0] = 0.0
    with pytest.raises(TooFast):
        rate.take("a")
    now[0] = 30.0
    rate.take("a")
    with pytest.raises(ValueError, match="let nobody in"):
        RateLimit(0)


def test_keys_that_ask_no_more_are_forgotten() -> None:
    now = [0.0]
    rate = RateLimit(60, clock=lambda: now[0])
    for n in range(20_000):
        now[0] += 1
        rate.take(str(n))
    assert len(rate._buckets) < 2000


def test_without_keys_nobody_is_one_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    async def main(url: str) -> None:
        config = load_config({"base_url": url, "model": "up"})
        async with (
            opened(ServeJob(config=config), None) as service,
            anyio.create_task_group() as group,
        ):
            stage = Stage(service.passing, group)
            for _ in range(PASSING + WAITING_MAX):
                stage.come("")
            await settle()
            assert len(stage.now("runs")) == PASSING >= 200
            assert len(stage.now("waits")) == WAITING_MAX
            group.cancel_scope.cancel()

    with endpoint(saying({"data": []})) as upstream:
        anyio.run(main, upstream.url)
