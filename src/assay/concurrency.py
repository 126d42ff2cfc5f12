"""Fan-out and background work: the only place that opens a task group."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio

T = TypeVar("T")


async def gather(calls: Iterable[Callable[[], Awaitable[T]]]) -> tuple[T, ...]:
    """Run all calls at once; results in their order.

    The first failure cancels the rest and is raised as itself, never wrapped in an
    exception group, so that what a docstring says under "Raises" is what is raised.
    """
    results: dict[int, T] = {}
    failure: list[BaseException] = []

    async def run(index: int, call: Callable[[], Awaitable[T]]) -> None:
        try:
            results[index] = await call()
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            if not failure:
                failure.append(error)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, call in enumerate(calls):
            group.start_soon(run, index, call)
    if failure:
        raise failure[0]
    return tuple(results[index] for index in range(len(results)))


Start = Callable[[Callable[[], Awaitable[None]]], None]


@asynccontextmanager
async def background() -> AsyncIterator[Start]:
    """Run calls beside a block, which starts them; leaving it cancels what still runs.

    A call that fails ends the block, and its error is raised as itself.
    """
    failure: list[BaseException] = []

    async def run(call: Callable[[], Awaitable[None]]) -> None:
        try:
            await call()
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            failure.append(error)
            group.cancel_scope.cancel()

    def begin(call: Callable[[], Awaitable[None]]) -> None:
        group.start_soon(run, call)

    own: list[BaseException] = []
    async with anyio.create_task_group() as group:
        try:
            yield begin
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            own.append(error)
        group.cancel_scope.cancel()
    for each in (*failure, *own):
        raise each
