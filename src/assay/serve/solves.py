"""Solves under way and past: shared by identical requests, watched, cancelled."""

from __future__ import annotations

import logging
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

import anyio

from assay.budget import Budget, Limit
from assay.concurrency import Start
from assay.errors import AssayError
from assay.serve.expected import Expectation
from assay.serve.pace import Pace
from assay.serve.requests import Route
from assay.serve.weights import weight
from assay.solve import Recipe, solve
from assay.trace import Trace, TraceEvent
from assay.types import Judge, Model, Problem, Solution, Usage

KEPT = 200  # finished solves that the pages still show
KEPT_BYTES = 64 << 20  # that their events may hold, about
MOST_EVENTS = 5_000  # of one solve
MOST_EVENT_BYTES = 16 << 20  # that they may hold, about

Turn = Callable[[], AbstractAsyncContextManager[object]]


log = logging.getLogger("assay.serve")


class TooLate(AssayError):
    """The client's time was over before anything could be done."""


class Cancelled(AssayError):
    """Somebody ended the solve before there was anything to hand out."""


class ServerBug(AssayError):
    """Something here is wrong; the log has it."""


class State(StrEnum):
    """Where a solve stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (State.WAITING, State.RUNNING)


@dataclass(slots=True, kw_only=True)
class Asked:
    """What is to be solved, and under which terms."""

    problem: Problem
    model: Model
    recipe: Recipe
    limit: Limit
    deadline_s: float | None = None  # from now; then the best so far is the answer
    asked_by: str = ""  # the key's name, which a later key may have too
    key_id: str = ""
    charge: Callable[[Usage], None] = lambda usage: None  # told once, at its end
    route: Route = Route.SEARCH
    reason: str = ""  # of its route
    expected: Expectation | None = None  # what the route was chosen by


@dataclass(slots=True)
class Job:
    """One solve and what happened in it. Everything here is read by the pages."""

    id: str
    asked: Asked
    budget: Budget | None = None  # what it spent so far; None: not begun
    begun: float = field(default_factory=time.time)
    ended: float | None = None
    state: State = State.WAITING
    events: deque[TraceEvent] = field(default_factory=deque)  # the last ones
    n_events: int = 0
    n_bytes: int = 0  # that the events kept hold, about
    n_tokens: int = 0  # written so far, those of calls in flight too
    busy_s: float = 0.0  # while a call was in flight, those that are over
    solution: Solution | None = None
    error: AssayError | None = None
    n_watching: int = 0
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    changed: anyio.Event = field(default_factory=anyio.Event)
    _in_flight: dict[int, int] = field(default_factory=dict)
    _written: int = 0
    _busy_since_s: float = 0.0  # of its trace
    _weights: deque[int] = field(default_factory=deque)

    def tell(self, event: TraceEvent) -> None:
        """Take one event in, and wake those that watch."""
        call = event.data.get("call", 0)
        if event.kind == "call_start":
            if not self._in_flight:
                self._busy_since_s = event.at_s
            self._in_flight[call] = 0
        elif event.kind == "delta":
            self._in_flight[call] = event.data["completion_tokens"]
        elif event.kind == "call":
            usage = event.data.get("usage") or {}
            arrived = self._in_flight.pop(call, 0)
            self._written += usage.get("completion_tokens", arrived)
            if not self._in_flight:
                self.busy_s += event.at_s - self._busy_since_s
        self.n_tokens = self._written + sum(self._in_flight.values())
        if event.kind == "delta":
            return  # too many: who wants the count reads it
        self._keep(event)
        self._wake()

    def _keep(self, event: TraceEvent) -> None:
        """Keep one more event, and of the oldest no more than there is room for."""
        self.events.append(event)
        self._weights.append(weight(event.data))
        self.n_events += 1
        self.n_bytes += self._weights[-1]
        while len(self.events) > MOST_EVENTS or self.n_bytes > MOST_EVENT_BYTES:
            self.events.popleft()
            self.n_bytes -= self._weights.popleft()

    def move(self, state: State) -> None:
        """Go on to the next state, and wake those that watch."""
        self.state = state
        if state.is_over:
            self.ended = time.time()
        self._wake()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()


class Watch:
    """One listener's view of a job: each event once, then the end."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._seen = job.n_events - len(job.events)

    async def placed(self, within_s: float) -> None:
        """Wait until the job runs, is over, or has waited for its turn this long."""
        with anyio.move_on_after(within_s):
            while self.job.state is State.WAITING:
                await self.job.changed.wait()

    async def next(self, within_s: float) -> list[TraceEvent]:
        """Events that are new, as soon as there are some; none when time is up."""
        job = self.job
        if self._seen == job.n_events and job.ended is None:
            changed = job.changed
            with anyio.move_on_after(within_s):
                await changed.wait()
        n_new = min(job.n_events - self._seen, len(job.events))
        self._seen = job.n_events
        return list(job.events)[len(job.events) - n_new :] if n_new else []

    @property
    def is_over(self) -> bool:
        """Whether all was told."""
        return self.job.ended is not None and self._seen == self.job.n_events


class Solves:
    """The jobs of a server.

    Identical requests that are in flight are one job. A job that nobody watches any
    more is cancelled, which closes the engine's connections and ends its programs;
    what it had spent by then stays in its record.

    Args:
        start: Starts a task that outlives the request.
    """

    def __init__(self, start: Start, judge: Judge) -> None:
        self.start = start
        self._judge = judge
        self._shared: dict[str, Job] = {}
        self.pace = Pace()
        self.jobs: OrderedDict[str, Job] = OrderedDict()  # the latest last

    @asynccontextmanager
    async def watching(
        self, key: str, asked: Asked, turn: Turn
    ) -> AsyncIterator[Watch]:
        """Join the job of this key, or begin it; leaving it may cancel it.

        Args:
            key: Equal for requests that one solve may answer.
            turn: Waits until this asker's solve may run. Its error ends the job.
        """
        job = self._shared.get(key)
        if job is None:
            job = self._begin(key, asked, turn)
        job.n_watching += 1
        try:
            yield Watch(job)
        finally:
            job.n_watching -= 1
            if not job.n_watching and not job.state.is_over:
                self.cancel(job)

    def cancel(self, job: Job) -> None:
        """End a job at once. Its best so far is kept as its solution."""
        if job.state.is_over:
            return
        self._forget(job)
        job.state = State.CANCELLED
        job.scope.cancel()

    def cancel_all(self) -> None:
        """End every job, as where the server ends."""
        for job in tuple(self.jobs.values()):
            self.cancel(job)

    def count(self, state: State) -> int:
        """How many jobs stand there, of those that are kept."""
        return sum(job.state is state for job in self.jobs.values())

    def _begin(self, key: str, asked: Asked, turn: Turn) -> Job:
        job = Job(secrets.token_hex(6), asked)
        self._shared[key] = job
        self.jobs[job.id] = job
        self._trim()

        async def run() -> None:
            try:
                await self._run(job, turn)
            finally:
                self._settle(job)

        self.start(run)
        return job

    async def _run(self, job: Job, turn: Turn) -> None:
        """Wait for a turn and solve. Only cancelling the server leaves it."""
        try:
            await self._take_turn(job, turn)
        except AssayError as error:
            job.error = error
        except Exception as error:  # a bug of ours ends one job and not the server
            log.exception("a solve failed")
            job.error = ServerBug(f"{type(error).__name__} in the solve")

    async def _take_turn(self, job: Job, turn: Turn) -> None:
        if job.state is State.CANCELLED:  # before its task had begun
            return
        own = job.scope
        if job.asked.deadline_s is not None:
            own.deadline = anyio.current_time() + job.asked.deadline_s
        with anyio.CancelScope(deadline=own.deadline) as waiting:
            job.scope = waiting
            async with turn():
                waiting.deadline = inf
                job.scope = own  # from here on `solve` is cut short by itself
                if job.state is State.WAITING:
                    job.move(State.RUNNING)
                    job.solution = await self._solved(job)
        if waiting.cancelled_caught and job.state is State.WAITING:
            job.error = TooLate("the time was over before its turn came")

    def _settle(self, job: Job) -> None:
        """Say how a job ended, and book what it spent."""
        self._forget(job)
        self.pace.note(job.n_tokens, job.busy_s)
        if job.solution is None and job.error is None:
            job.state = State.CANCELLED
            job.error = Cancelled("the solve was cancelled")
        if job.budget is not None:
            try:
                job.asked.charge(job.budget.usage)
            except Exception:  # whose books these are is not this job's to know
                log.exception("what a solve spent was not booked")
        if job.state is not State.CANCELLED:
            job.state = State.DONE if job.solution else State.FAILED
        job.move(job.state)
        self._trim()

    async def _solved(self, job: Job) -> Solution:
        asked = job.asked
        job.budget = Budget(asked.limit)
        trace = Trace(None, (job.tell,))
        if asked.expected is not None:
            told = {"route": asked.route, "reason": asked.reason}
            trace.event("route", **told, **asked.expected.as_json())
        return await solve(
            asked.problem,
            asked.model,
            self._judge,
            recipe=asked.recipe,
            budget=job.budget,
            trace=trace,
            scope=job.scope,
        )

    def _forget(self, job: Job) -> None:
        for key, each in list(self._shared.items()):
            if each is job:
                del self._shared[key]

    def _trim(self) -> None:
        """Forget the oldest that are over, until the rest is few enough and small."""
        over = [each for each in self.jobs.values() if each.ended is not None]
        n_bytes = sum(each.n_bytes for each in over)
        for number, job in enumerate(over):
            if len(over) - number <= KEPT and n_bytes <= KEPT_BYTES:
                return
            n_bytes -= job.n_bytes
            del self.jobs[job.id]
