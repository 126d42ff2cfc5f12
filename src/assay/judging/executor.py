"""Runs programs in sandboxes and says what they did. It is never told an answer.

No function here has a parameter through which an expected value could travel: an
observation is made without knowing what would be right. docs/sandbox.md says what a
sandbox holds and what it does not.
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from assay.errors import JudgeUnavailable
from assay.judging import choosing, recall
from assay.judging.builds import Builds, own_settings, run_build
from assay.judging.container import DEFAULT_IMAGE
from assay.judging.guarantees import CONTAINER, NAMESPACES
from assay.judging.job import Starved
from assay.judging.languages import is_own_python
from assay.judging.parcel import Files
from assay.judging.pool import Pool
from assay.judging.runs import Program, Tester, run_program
from assay.judging.sessions import OnRequest, Session, converse
from assay.judging.slot import Child, Slot, SlotDied, SlotSettings
from assay.types import Call, Isolation, Limits, Observation, Status, Value

_UNSAFE = Isolation(
    tier="none",
    guarantees=frozenset(),
    detail="programs run as you, with your files and your network",
)
_log = logging.getLogger(__name__)


class _Called(NamedTuple):
    """A program whose function is called, and how."""

    source: str
    setup: str
    entry_point: str
    fork: bool
    packages: tuple[str, ...]
    stop_at: frozenset[Status]


class Executor:
    """A pool of sandboxes. Opened with `Executor.open`, used from any task."""

    def __init__(self, *, slots: int, isolated: bool) -> None:
        self.n_runs = 0
        self.cpu_s = 0.0
        self.isolation = _UNSAFE
        self._n_slots = slots
        self._isolated = isolated
        self._tier = NAMESPACES
        self._image = ""
        self._recall: recall.Recall | None = None
        self._pools: dict[SlotSettings, Pool] = {}
        self._candidates = self._pool(SlotSettings(isolated=isolated))
        self._builds = Builds(self._pool, isolated)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        *,
        slots: int | None = None,
        unsafe: bool = False,
        backend: str = "auto",
        image: str | None = None,
        require: frozenset[str] = frozenset(),
        cache: Path | None = None,
    ) -> AsyncIterator[Executor]:
        """Make the sandboxes and try them; end all that runs in them at the end.

        Args:
            slots: Programs that run at once; as many as processors unless said.
            unsafe: Run programs without any sandbox. Never chosen for you.
            backend: `auto` for the strongest tier that holds here, a tier's name, or
                `bubblewrap` or `container`, which are never chosen for you.
            image: For `container`: what runs there, with a Python of 3.11 or newer.
            require: Guarantees of `guarantees.GUARANTEES` without which not to run.
            cache: A file of observations to use and fill; see `recall`.

        Raises:
            UsageError: there is no such backend or guarantee.
            JudgeUnavailable: a guarantee does not hold here; says what mends it.
        """
        n_slots = slots or len(os.sched_getaffinity(0))
        executor = cls(slots=n_slots, isolated=not unsafe)
        executor._image = (image or DEFAULT_IMAGE) if backend == CONTAINER else ""
        try:
            if unsafe:
                _log.warning(
                    "programs run WITHOUT a sandbox, as you and with all you can reach"
                )
                choosing.require(_UNSAFE, require)
            else:
                await executor._choose(backend, require)
            async with recall.opened(cache, executor.isolation) as executor._recall:
                yield executor
        finally:
            for pool in executor._pools.values():
                await pool.close()

    async def run_stdin(
        self,
        source: str,
        texts: Sequence[str],
        limits: Limits,
        *,
        language: str = "python",
        packages: tuple[str, ...] = (),
        setup: str = "",
        stop_at_failure: bool = False,
    ) -> tuple[Observation, ...]:
        """Run a program on each text, each in a sandbox of its own.

        Args:
            source: The program, run as `python main.py` would.
            texts: What is on its standard input.
            limits: For each run.
            language: What it is written in. What is compiled is compiled once, in a
                sandbox too; if that fails, every observation is that failure.
            packages: Python packages that it may import, e.g. `numpy`. What lies
                beside them can be imported too.
            setup: Code to run before the program, in the same namespace.
            stop_at_failure: In order, and after the first run that did not finish
                the rest is `SKIPPED`; otherwise many run at once.

        Raises:
            ProblemError: the language is unknown, or lacks one of the packages.
            JudgeUnavailable: the sandbox itself failed, twice, or the programs of
                the language are not here; says which package brings them.
        """
        means = (language, packages)
        run = partial(self._run_texts, source, limits, setup, means, stop_at_failure)
        if self._recall is None:
            return await run(texts)
        return await self._recall.texts(
            (await self._builds.fingerprint(*means), setup, source),
            texts,
            limits,
            run,
            stop_at_failure=stop_at_failure,
        )

    async def _run_texts(
        self,
        source: str,
        limits: Limits,
        setup: str,
        means: tuple[str, tuple[str, ...]],
        stop_at_failure: bool,
        texts: Sequence[str],
    ) -> tuple[Observation, ...]:
        pool, run_one = await self._runner(source, setup, limits, *means)
        if stop_at_failure:
            run_all = partial(self._until_failure, run_one, texts)
            async with pool.slot() as slot:
                found = await pool.on(slot, partial(run_all, slot))
        else:
            found = await pool.each(run_one, texts)
        for seen in found:
            self._count(seen.status is not Status.SKIPPED, seen.cpu_s)
        return tuple(found)

    def _until_failure(
        self,
        run_one: Callable[[Slot, str], Observation],
        texts: Sequence[str],
        slot: Slot,
    ) -> list[Observation]:
        found: list[Observation] = []
        for text in texts:
            if found and found[-1].status is not Status.FINISHED:
                found.append(self._skipped())
            else:
                found.append(run_one(slot, text))
        return found

    async def run_beside(
        self,
        source: str,
        files: Files,
        args: tuple[str, ...],
        text: str,
        limits: Limits,
        *,
        language: str,
    ) -> Observation:
        """Run a program of another language than our Python, files beside it.

        `args` are the words after its name, `text` is on its standard input. Raises
        what `run_stdin` does.
        """
        tier = self.isolation.tier
        build = await self._builds.build(language, (), source, tier)
        pool = self._builds.pool(build)
        async with pool.slot() as slot:
            run = partial(run_build, build, limits, slot, text, args, files)
            seen = await pool.on(slot, run)
        self._count(1, build.cpu_s + seen.cpu_s)
        return seen

    async def run_calls(
        self,
        source: str,
        entry_point: str,
        calls: Sequence[Call],
        limits: Limits,
        *,
        setup: str = "",
        packages: tuple[str, ...] = (),
        fork: bool = False,
        stop_at: frozenset[Status] = frozenset(),
    ) -> tuple[Observation, ...]:
        """Load a program once and make the calls in order; limits are for each.

        A call that ends the program is followed by a fresh sandbox for the rest, at
        most three times. A program that does not load gives every call that failure.

        Args:
            source: The program; a block for `__main__` does not run.
            entry_point: `name`, or `Class().name` for a fresh instance each call.
            calls: What to call it with.
            limits: For each call, and for loading.
            setup: Code to run before the program, in the same namespace.
            packages: As for `run_stdin`.
            fork: Make each call in a fork of the loaded program, so that no call
                finds what another left in memory. Costs some milliseconds a call.
            stop_at: After a call that ended so the rest is `SKIPPED`.

        Raises:
            ProblemError: one of the packages is not installed.
            JudgeUnavailable: the sandbox itself failed, twice.
        """
        program = _Called(source, setup, entry_point, fork, packages, stop_at)
        run = partial(self._run_calls, program, calls, limits)
        if self._recall is None:
            return await run()
        named = (*program[:5], tuple(sorted(each.value for each in stop_at)))
        return await self._recall.calls(named, calls, limits, run)

    async def _run_calls(
        self, called: _Called, calls: Sequence[Call], limits: Limits
    ) -> tuple[Observation, ...]:
        pool = await self._own_pool(called.packages)
        async with pool.slot() as slot:
            program = Program(
                slot,
                called.source,
                called.entry_point,
                limits,
                self.isolation.tier,
                setup=called.setup,
                fork=called.fork,
            )
            work = partial(program.calls, calls, called.stop_at)
            try:
                return await pool.on(slot, work)
            finally:
                self._count(program.n_runs, program.cpu_s)

    async def _own_pool(self, packages: tuple[str, ...]) -> Pool:
        """The slots of our own Python in which these packages can be imported."""
        return self._pool(await own_settings(packages, isolated=self._isolated))

    @asynccontextmanager
    async def session(
        self,
        source: str,
        limits: Limits,
        *,
        entry_point: str | None = None,
        setup: str = "",
        packages: tuple[str, ...] = (),
    ) -> AsyncIterator[Session]:
        """Load a program for calls that come one by one.

        A program that does not load is told by the first call's observation. Raises
        what `run_calls` does.
        """
        pool = await self._own_pool(packages)
        async with pool.slot() as slot:
            program = Program(
                slot, source, entry_point, limits, self.isolation.tier, setup=setup
            )
            try:
                yield Session(program, pool, slot)
            finally:
                await pool.let_go(program.close)
                self._count(program.n_runs, program.cpu_s)

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
        `finish(value)`, to be called once, which ends the run. It can import
        `assay.judging.wire`, the standard library, and what lies in `packages`.
        Testers have slots apart from candidates, so a reply may wait for a candidate
        without a deadlock, and wall time that `on_request` takes is not the tester's.

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

        Raises:
            JudgeUnavailable: the sandbox itself failed.
        """
        settings = SlotSettings(
            isolated=self._isolated, packages=packages, preload=("unittest", *preload)
        )
        pool = self._pool(settings)
        async with pool.slot() as slot:
            tier = self.isolation.tier
            tester = Tester(slot, Child(child, asks=True), params, limits, tier)
            try:
                return await converse(pool, slot, tester, on_request)
            except SlotDied as error:
                raise JudgeUnavailable(f"the tests' sandbox failed: {error}") from error
            except Starved as error:
                raise JudgeUnavailable(
                    "the tests got almost no processor time within their "
                    f"{limits.wall_limit_s:g} s; lower the load of this computer"
                ) from error
            finally:
                self._count(1, tester.cpu_s)

    async def _runner(
        self,
        source: str,
        setup: str,
        limits: Limits,
        language: str,
        packages: tuple[str, ...],
    ) -> tuple[Pool, Callable[[Slot, str], Observation]]:
        """Where and how the program is run, once all is there that it needs."""
        tier = self.isolation.tier
        if is_own_python(language):
            run = partial(run_program, source=source, setup=setup, limits=limits)
            return await self._own_pool(packages), partial(run, tier=tier)
        whole = f"{setup}\n{source}" if setup else source
        build = await self._builds.build(language, packages, whole, tier)
        if build.cpu_s:  # not remembered
            self._count(1, build.cpu_s)
        return self._builds.pool(build), partial(run_build, build, limits)

    async def _choose(self, backend: str, required: frozenset[str]) -> None:
        def pool_of(tier: str) -> Pool:
            self._tier = tier
            self._candidates = self._pool(SlotSettings())
            return self._candidates

        self.isolation = await choosing.strongest(pool_of, backend, required)

    def _pool(self, settings: SlotSettings) -> Pool:
        settings = replace(settings, tier=self._tier, image=self._image)
        if settings not in self._pools:
            first = len(self._pools) * self._n_slots
            try:
                self._pools[settings] = Pool(self._n_slots, first, settings)
            except OSError as error:
                raise JudgeUnavailable(
                    f"{self._n_slots} slots cannot be made ({error.strerror}); choose "
                    "fewer, or raise the limit that 'ulimit -n' shows"
                ) from error
        return self._pools[settings]

    def _skipped(self) -> Observation:
        return Observation(status=Status.SKIPPED, isolation=self.isolation.tier)

    def _count(self, n_runs: int, cpu_s: float) -> None:
        self.n_runs += n_runs
        self.cpu_s += cpu_s
