"""One pool of real sandboxes for all tests of the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from assay.judging.executor import Executor
from assay.types import Call, Limits, Observation

QUICK = Limits(cpu_s=3.0, wall_s=20.0)


class Sandbox:
    """The executor, for tests that are plain functions."""

    def __init__(self, portal: BlockingPortal, executor: Executor) -> None:
        self.portal = portal
        self.executor = executor

    def stdin(self, source: str, text: str = "", limits: Limits = QUICK) -> Observation:
        """Run a program on one text."""
        (seen,) = self.portal.call(self.executor.run_stdin, source, [text], limits)
        return seen

    def calls(
        self,
        source: str,
        entry_point: str,
        arguments: Sequence[tuple[Any, ...]],
        limits: Limits = QUICK,
        setup: str = "",
    ) -> tuple[Observation, ...]:
        """Call a function with each of the arguments."""

        async def run() -> tuple[Observation, ...]:
            calls = [Call(args=args) for args in arguments]
            return await self.executor.run_calls(
                source, entry_point, calls, limits, setup=setup
            )

        return self.portal.call(run)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Executor.open(slots=2)) as executor,
    ):
        yield Sandbox(portal, executor)
