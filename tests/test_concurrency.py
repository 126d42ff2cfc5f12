from __future__ import annotations

from functools import partial

import anyio
import pytest

from assay.concurrency import gather


async def later(value: int, turns: int) -> int:
    for _ in range(turns):
        await anyio.lowlevel.checkpoint()
    return value


def test_results_come_in_the_order_of_the_calls() -> None:
    async def run() -> tuple[int, ...]:
        return await gather(partial(later, n, 9 - n) for n in range(5))

    assert anyio.run(run) == (0, 1, 2, 3, 4)


def test_the_first_failure_is_raised_as_itself_and_cancels_the_rest() -> None:
    finished: list[int] = []

    async def slow() -> int:
        await anyio.sleep(30)
        finished.append(1)
        return 1

    async def broken() -> int:
        raise ValueError("mine")

    async def run() -> None:
        await gather([slow, broken])

    with pytest.raises(ValueError, match="mine"):
        anyio.run(run)
    assert not finished


def test_no_calls_give_no_results() -> None:
    async def run() -> tuple[int, ...]:
        return await gather([])

    assert anyio.run(run) == ()


def test_a_cancelled_gather_is_cancelled_and_not_a_failure() -> None:
    async def run() -> bool:
        with anyio.move_on_after(0.01) as scope:
            await gather([partial(anyio.sleep, 30)])
        return scope.cancelled_caught

    assert anyio.run(run)
