"""A benchmark run on one page: attempts are made, sealed, graded, and nothing else.

Three processes. The *steward*, this one, keeps the run, holds the model and the
sandboxes, and never reads a dataset. The *arms'* process makes answers; it can open no
file but Python's own. The *keeper* alone reads the hidden cases; it is given a program
after its seal, and says of it whether it passed.

    for each seed, for each task:  each arm in turn -> answer -> seal -> grade, scan

What a fault of the machine cut off is pending, and is tried once more at the end; a run
with pending attempts has no score. A killed run goes on with `resume`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import (
    AsyncExitStack,
    ExitStack,
    contextmanager,
)
from dataclasses import replace
from functools import partial
from typing import Any

import anyio

from assay.bench.arms import Arm
from assay.bench.arms_process import Means, open_arms
from assay.bench.attempting import Workbench, attempt
from assay.bench.confinement import exposed
from assay.bench.energy import Meter
from assay.bench.peer import Fault, Peer, PeerGone, open_peer, unpickled
from assay.bench.pooling import grants_of
from assay.bench.settings import RunSettings, dataset_path
from assay.bench.store import Key, RunNotKept, RunStore, Sealed
from assay.concurrency import gather
from assay.errors import AssayError, EnvironmentFault, UsageError
from assay.types import Problem

ROUNDS = 2  # tries of an attempt that the machine failed, in one go


OnProgress = Callable[[str, Key, dict[str, Any]], None]


async def run_bench(
    store: RunStore,
    settings: RunSettings,
    means: Means,
    *,
    on_progress: OnProgress | None = None,
) -> None:
    """Make every attempt that is missing, and grade every one that is not graded.

    Raises:
        UsageError: the dataset is not what it was, or an arm could read it.
        EnvironmentFault: the run cannot be kept, or the wall around arms is missing.
    """
    path = dataset_path(settings)
    for what, each in (("dataset", path), ("run", store.folder)):
        if folder := exposed(each):
            raise UsageError(
                f"the {what} {str(each)!r} lies in {folder!r}, which techniques may "
                "read; move it elsewhere"
            )
    async with AsyncExitStack() as stack:
        stack.enter_context(_told_gone(store))
        log = stack.enter_context(store.log("keeper.log"))
        keeper = await stack.enter_async_context(
            open_peer("assay.bench.keeper", means.keeper, {}, log=log)
        )
        problems = await _open_dataset(store, settings, keeper)
        bench = Workbench(
            settings=settings,
            store=store,
            problems=problems,
            judge=means.judge,
            model=means.model,
            endpoints=means.endpoints,
            hidden=(path, store.folder),
            calibration=store.meta().get("calibration"),
        )
        meter = stack.enter_context(_metering(means, store))
        bench = replace(bench, meter=meter)
        bench = replace(bench, grants=await grants_of(bench, means))
        work = _Work(bench, means, keeper, on_progress or _silent)
        for _ in range(ROUNDS):
            if not await work.once():
                break
        await keeper.call("close")
    if work.n_left() == 0:
        store.set_meta(finished=True)


@contextmanager
def _told_gone(store: RunStore) -> Iterator[None]:
    try:
        yield
    except PeerGone as error:
        raise EnvironmentFault(
            f"a process of the run ended ({error}); its last words are in keeper.log "
            f"or arms.log in {str(store.folder)!r}; what was sealed is kept: `assay "
            f"bench resume {store.folder.name}`"
        ) from error


@contextmanager
def _metering(means: Means, store: RunStore) -> Iterator[Meter | None]:
    """Measure energy where this computer can, and one attempt is made at a time."""
    meter = Meter()
    meter.start()
    why = meter.reason if means.jobs == 1 else "several attempts share the computer"
    told = ", ".join(meter.sources) if not why else f"not measured ({why})"
    store.set_meta(energy=told)
    try:
        yield meter if means.jobs == 1 else None
    finally:
        meter.stop()


def _silent(kind: str, key: Key, data: dict[str, Any]) -> None:
    pass


async def _open_dataset(
    store: RunStore, settings: RunSettings, keeper: Peer
) -> dict[str, Problem]:
    """Have the keeper read the dataset, and note or compare what it is."""
    known = {task["task"]: task["limits"] for task in store.tasks() if task["limits"]}
    chosen = settings.as_json()["chosen"]
    meta = store.meta()
    told = await keeper.call(
        "open",
        path=settings.dataset,
        chosen=chosen,
        limits=known,
        sha256=meta.get("dataset_sha256"),
    )
    problems = {t["id"]: unpickled(t["problem"]) for t in told["tasks"]}
    if "dataset_sha256" not in meta:
        rows = [{**t, "statement": problems[t["id"]].statement} for t in told["tasks"]]
        store.add_tasks(
            rows,
            dataset=told["name"],
            dataset_format=told["format"],
            dataset_sha256=told["sha256"],
            n_rows=told["n_rows"],
        )
    return problems


class _Work:
    """The attempts and grades that a run still lacks, and the workers on them."""

    def __init__(
        self, bench: Workbench, means: Means, keeper: Peer, on_progress: OnProgress
    ) -> None:
        self._bench = bench
        self._means = means
        self._keeper = keeper
        self._tell = on_progress
        self._arms = bench.settings.arms
        self._keys = [
            (task, seed)
            for seed in range(bench.settings.seeds)
            for task in bench.problems
        ]

    def n_left(self) -> int:
        """Attempts without a grade."""
        return len(self._keys) * len(self._arms) - len(self._bench.store.grades())

    async def once(self) -> int:
        """Go over all that is missing, once; how many are still pending after."""
        store = self._bench.store
        graded = store.grades().keys()
        sealed = {each.key: each for each in store.sealed()}
        waiting = [each for key, each in sealed.items() if key not in graded]
        missing = iter(
            [
                (task, seed)
                for task, seed in self._keys
                if any((task, arm.name, seed) not in sealed for arm in self._arms)
            ]
        )
        tried = set(sealed)
        send, receive = anyio.create_memory_object_stream[Sealed](math.inf)
        for each in waiting:
            send.send_nowait(each)
        makers = [send.clone() for _ in range(self._means.jobs)]
        send.close()
        with ExitStack() as streams:  # a call that never starts closes nothing itself
            streams.enter_context(receive)
            for maker in makers:
                streams.enter_context(maker)
            await gather(
                [partial(self._make_all, missing, tried, each) for each in makers]
                + [partial(self._grade_all, receive) for _ in range(2)]
            )
        return self.n_left()

    async def _make_all(self, missing: Any, tried: set[Key], graders: Any) -> None:
        """Take the next task until none is left; a new arms' process where one died."""
        with graders:
            task = next(missing, None)
            while task is not None:
                async with open_arms(self._bench, self._means) as bench:
                    while task is not None:
                        if not await self._make(bench, task, tried, graders):
                            break  # the task's other arms are made in another process
                        task = next(missing, None)

    async def _make(
        self, bench: Workbench, task: tuple[str, int], tried: set[Key], graders: Any
    ) -> bool:
        """Every missing arm of one task; False when the arms' process has died.

        A user's own technique has a process for itself: what it does to Python there,
        or leaves behind, meets no other arm and no other task.
        """
        for arm in self._arms:
            key = (task[0], arm.name, task[1])
            if key in tried:
                continue
            tried.add(key)
            if arm.kind == "recipe":
                async with open_arms(self._bench, self._means) as own:
                    await self._make_one(own, arm, key, graders)
            elif not await self._make_one(bench, arm, key, graders):
                return False
        return True

    async def _make_one(
        self, bench: Workbench, arm: Arm, key: Key, graders: Any
    ) -> bool:
        """One attempt; False when the arms' process has died of it."""
        self._tell("started", key, {})
        try:
            sealed = await attempt(bench, arm, key)
        except RunNotKept:
            raise
        except PeerGone as error:
            self._fault(key, "attempt", f"the arms' process ended ({error})")
            return False
        except (AssayError, Fault, OSError) as error:  # a full /tmp, no more processes
            self._fault(key, "attempt", str(error))
        else:
            self._tell("sealed", key, sealed.record)
            if self._means.jobs > 1:
                await graders.send(sealed)
            else:  # beside the next attempt it would take of its time
                await self._grade(sealed)
        return True

    async def _grade_all(self, waiting: Any) -> None:
        async for sealed in waiting:
            await self._grade(sealed)

    async def _grade(self, sealed: Sealed) -> None:
        """Grade a sealed answer, and scan what its making asked and ran."""
        key, store = sealed.key, self._bench.store
        try:
            grade, n_right = await self._graded(sealed)
            prompts, inputs = sealed.record["scanned"]
            leaks = await self._keeper.call(
                "scan", task=key[0], prompts=prompts, inputs=inputs
            )
        except PeerGone:
            raise  # nothing can be graded any more
        except (AssayError, Fault) as error:
            grade, n_right = {"outcome": "pending", "reason": str(error)}, None
        if grade["outcome"] == "pending":
            self._fault(key, "grade", grade["reason"])
            return
        if "limits" in grade:
            store.set_limits(key[0], grade["limits"])
        store.add_grade(key, grade, n_right, leaks)
        store.event("graded", key=list(key), outcome=grade["outcome"])
        self._tell("graded", key, grade)

    async def _graded(self, sealed: Sealed) -> tuple[dict[str, Any], int | None]:
        task = sealed.key[0]
        if sealed.answer is None:
            reason = f"no answer: {sealed.record['stopped']}"
            grade = {"outcome": "failed", "reason": reason, "n_cases": 0, "cpu_s": 0.0}
        else:
            grade = await self._keeper.call("grade", task=task, code=sealed.answer)
        if grade["outcome"] == "pending" or not self._bench.settings.grade_candidates:
            return grade, None
        n_right = 0
        for code, copies in sealed.candidates:
            other = await self._keeper.call("grade", task=task, code=code)
            if other["outcome"] == "pending":
                return other, None
            n_right += copies * (other["outcome"] == "passed")
        return grade, n_right

    def _fault(self, key: Key, stage: str, reason: str) -> None:
        self._bench.store.add_fault(key, stage, reason)
        self._bench.store.event(
            "fault", key=list(key), stage=stage, reason=reason[:300]
        )
        self._tell("fault", key, {"stage": stage, "reason": reason})
