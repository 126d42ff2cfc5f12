"""Runs programs in sandboxes and says what they did. It is never told an answer.

No function here has a parameter through which an expected value could travel: an
observation is made without knowing what would be right.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from assay.types import Call, Isolation, Limits, Observation, Value

OnRequest = Callable[[Value], Awaitable[Value]]


class Session:
    """A program that was loaded once and answers calls, one at a time."""

    async def call(self, call: Call, entry_point: str | None = None) -> Observation:
        """Call the function and wait for what it does.

        After a call that ended the program (a limit, a crash) the next call runs in
        a fresh sandbox; after three such restarts the status is `SKIPPED`.

        Args:
            call: What to call it with.
            entry_point: Another name than the session's, e.g. `Stack().push`.
        """
        raise NotImplementedError


class Executor:
    """A pool of sandboxes. Opened with `Executor.open`, used from any task."""

    isolation: Isolation
    n_runs: int
    cpu_s: float

    @classmethod
    @asynccontextmanager
    async def open(
        cls, *, slots: int | None = None, unsafe: bool = False
    ) -> AsyncIterator[Executor]:
        """Make the sandboxes and try them; close them at the end.

        Raises:
            JudgeUnavailable: a guarantee does not hold here; says what mends it.
        """
        raise NotImplementedError
        yield cls()

    async def run_stdin(
        self,
        source: str,
        texts: Sequence[str],
        limits: Limits,
        *,
        stop_at_failure: bool = False,
    ) -> tuple[Observation, ...]:
        """Run a program on each text, each in a sandbox of its own."""
        raise NotImplementedError

    async def run_calls(
        self,
        source: str,
        entry_point: str,
        calls: Sequence[Call],
        limits: Limits,
        *,
        setup: str = "",
    ) -> tuple[Observation, ...]:
        """Load a program once and make the calls in order; limits are for each."""
        raise NotImplementedError

    @asynccontextmanager
    async def session(
        self,
        source: str,
        limits: Limits,
        *,
        entry_point: str | None = None,
        setup: str = "",
    ) -> AsyncIterator[Session]:
        """Load a program for calls that come one by one.

        A program that does not load is told by the first call's observation.
        """
        raise NotImplementedError
        yield Session()

    async def tester(
        self,
        child: str,
        params: Value,
        on_request: OnRequest,
        limits: Limits,
        *,
        packages: tuple[Path, ...] = (),
        preload: tuple[str, ...] = (),
    ) -> Observation:
        """Run our own Python text, with what it needs, in a sandbox of its own.

        The text finds three names: `params`, a plain value; `request(value)`, which
        sends a plain value to `on_request` and returns its plain reply; and
        `finish(value)`, to be called once. It can import `assay.judging.wire`, the
        standard library, and what lies in `packages`. Testers have slots apart
        from candidates, so a reply may wait for a candidate without a deadlock, and
        wall time that `on_request` takes is not the tester's.

        Args:
            child: Program text, the same for many runs: it is compiled once a slot.
            params: What this run is about, e.g. the user's tests as source text.
            on_request: Answers; what it raises ends the run and is raised here.
            limits: For the whole run.
            packages: Read-only import paths to add, e.g. the venv's site-packages.
            preload: Modules to import once a slot, before the sandbox closes.

        Returns:
            `value` is what was given to `finish` and the status `FINISHED`, or how
            the run failed; `stdout` and `stderr_tail` are what the tests printed.
        """
        raise NotImplementedError
