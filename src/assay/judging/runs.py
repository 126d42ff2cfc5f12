"""The three ways to run: a whole program, a program's functions, a tester.

Blocking, for the executor's threads, each on a slot that is ours alone.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Sequence
from functools import cache, partial

from assay.judging import outcome
from assay.judging.guarantees import ONE_PROCESS
from assay.judging.job import Job
from assay.judging.possible import require_possible
from assay.judging.slot import Child, Slot, SlotDied
from assay.judging.wire import MAX_DEPTH, WireError, pack, require_shallow, unpack
from assay.types import Call, Limits, Observation, Status, Value

_MAX_RESTARTS = 3
_SESSION_CPU_S = 3600.0  # the kernel's own stop; each call's limit is the judge's
_OTHERWISE = (Status.SECURITY_VIOLATION, "answered otherwise than asked")


@cache
def _child(file_name: str) -> Child:
    return Child.of(file_name)


def run_program(
    slot: Slot, text: str, *, source: str, setup: str, limits: Limits, tier: str
) -> Observation:
    """Run a whole program on one input, in a sandbox made for this run."""

    def attempt(wall_factor: float) -> Observation:
        job = Job(
            slot,
            _child("child_stdin.py"),
            pack((setup, source)),
            limits,
            stdin=text.encode("utf-8", "surrogatepass"),
        )
        try:
            job.begin(wall_factor)
            ending = job.wait_end()
            wall_s = job.spending.wall_s()
            status, error = outcome.of_end(job, ending, is_whole_run=True)
        finally:
            job.close()
        return outcome.observation(
            job, status, error, tier=tier, wall_s=wall_s, cpu_s=ending.cpu_s
        )

    return outcome.with_one_retry(slot, attempt)


class Program:
    """A program that is loaded once and answers calls, in sandboxes of one slot."""

    def __init__(
        self,
        slot: Slot,
        source: str,
        entry_point: str | None,
        limits: Limits,
        tier: str,
        *,
        setup: str = "",
        fork: bool = False,
    ) -> None:
        """Prepare; nothing runs before the first call.

        Args:
            fork: Make each call in a fork of the loaded program, so that no call
                finds what another left in memory.
        """
        require_possible(limits)
        self.n_runs = 0
        self.cpu_s = 0.0
        self._slot = slot
        self._entry_point = entry_point
        self._limits = limits
        self._tier = tier
        # One process makes no fork: then each call has a sandbox of its own.
        self._is_afresh = fork and tier == ONE_PROCESS
        self._fork = fork and not self._is_afresh
        self._order = pack(
            {
                "source": source,
                "setup": setup,
                "entry_point": entry_point,
                "max_bytes": limits.output_kb * 1024,
                "fork": self._fork,
            }
        )
        self._job: Job | None = None
        self._number = int.from_bytes(os.urandom(4), "little")  # of the last question
        self._load_failure: Observation | None = None
        self._n_ended = 0
        self._near = False

    def calls(
        self, calls: Sequence[Call], stop_at: frozenset[Status] = frozenset()
    ) -> tuple[Observation, ...]:
        """Make all calls, in this thread, and end the program.

        After one that ended as `stop_at` names the rest is `SKIPPED`.
        """
        self._near = True
        seen: list[Observation] = []
        try:
            for call in calls:
                if seen and seen[-1].status in stop_at:
                    break
                seen.append(self.call(call))
        finally:
            self.close()
        skipped = Observation(status=Status.SKIPPED, isolation=self._tier)
        return (*seen, *[skipped] * (len(calls) - len(seen)))

    def call(self, call: Call, entry_point: str | None = None) -> Observation:
        """Make one call; in a fresh sandbox if the last call ended the program."""
        if self._load_failure is not None:
            return self._load_failure
        if self._is_afresh:
            self.close()
            self._n_ended = 0
        if self._job is None and self._n_ended > _MAX_RESTARTS:
            return Observation(
                status=Status.SKIPPED,
                error=f"the program was ended {self._n_ended} times before",
                isolation=self._tier,
            )
        question = _question(entry_point or self._entry_point, call)
        if self._job is not None:
            try:
                return self._attempt(question, call, 1.0)
            except outcome.OURS:
                pass
        attempt = partial(self._attempt, question, call)
        return outcome.with_one_retry(self._slot, attempt)

    def close(self) -> None:
        """End the program, and count what it used."""
        if self._job is not None:
            ending = self._job.close()
            self.cpu_s += ending.cpu_s if ending else 0.0
            self._job = None

    def _attempt(self, question: bytes, call: Call, wall_factor: float) -> Observation:
        try:
            if self._job is None:
                failed = self._load(wall_factor)
                if failed is not None:
                    return failed
            return self._ask(question, call, wall_factor)
        except BaseException:
            self.close()
            raise

    def _load(self, wall_factor: float) -> Observation | None:
        """Start a sandbox and load the program; the failure, if it does not load."""
        self.n_runs += 1
        job = self._job = Job(
            self._slot,
            _child("child_calls.py"),
            self._order,
            self._limits,
            stdin=None,
            cpu_hard_s=_SESSION_CPU_S,
        )
        job.begin(wall_factor)
        payload = job.wait_frame()
        if payload == b"l":
            if self._near:
                job.stay_near()
            return None
        told = None
        if payload is not None:
            said = outcome.message(payload[1:]) if payload[:1] == b"e" else None
            told = outcome.failure(said)
            told = told or (Status.SECURITY_VIOLATION, "wrote to the judge unasked")
        if told is None:
            told = outcome.of_end(job, job.wait_end(), is_whole_run=False)
        self._load_failure = self._observe(job, *told, cpu_before_s=0.0)
        self.close()
        return self._load_failure

    def _ask(self, question: bytes, call: Call, wall_factor: float) -> Observation:
        job = self._job
        assert job is not None
        if job.has_early_words:
            return self._end(job, Status.SECURITY_VIOLATION, "answered before the call")
        if job.stdout or job.stderr:
            del job.stdout[:], job.stderr[:]
        before_s = job.begin(wall_factor)
        self._number = (self._number + 1) & 0xFFFFFFFF
        number = self._number.to_bytes(4, "little")
        payload = last = job.ask(question[:1] + number + question[1:])
        if self._fork and payload is not None and payload[:1] != b"d":
            last = job.wait_frame()
        if last is None:
            ending = job.wait_end()
            status, error = outcome.of_end(job, ending, is_whole_run=False)
            return self._end(job, status, error, before_s)
        if last[1:5] != number or (payload is not None and payload[1:5] != number):
            return self._end(job, *_OTHERWISE)  # of another question, or of none
        used_s = 0.0
        if self._fork:
            ended = outcome.end_of_fork(last)
            if ended is None or job.answers:
                return self._end(job, *_OTHERWISE)
            exit_code, used_s = ended
            if payload is last:
                left = outcome.left_early(exit_code)
                return self._observe(job, *left, before_s - used_s)
        if payload is None or job.answers:
            return self._end(job, *_OTHERWISE)
        return self._answer(job, payload, call, before_s - used_s)

    def _answer(
        self, job: Job, payload: bytes, call: Call, before_s: float
    ) -> Observation:
        kind = payload[:1]
        if kind == b"e":
            told = outcome.failure(outcome.message(payload[5:])) or _OTHERWISE
            finish = self._end if told is _OTHERWISE else self._observe
            return finish(job, *told, before_s)
        try:
            value, after = unpack(payload[5:]), None
            if kind == b"a":
                value, after = value
        except (WireError, ValueError, TypeError):
            kind = b""
        if kind not in (b"a", b"v"):
            return self._end(job, *_OTHERWISE)
        if type(after) is not tuple or after == call.args:
            after = None
        spent_s = job.cpu_s() - before_s
        if spent_s > self._limits.cpu_s:
            error = f"more than {self._limits.cpu_s:g} s of CPU time"
            return self._observe(job, Status.TIME_LIMIT, error, cpu_before_s=before_s)
        return Observation(
            status=Status.FINISHED,
            stdout=job.stdout.decode("utf-8", "replace"),
            stderr_tail=outcome.tail(job.stderr),
            value=value,
            args_after=after,
            cpu_s=spent_s,
            wall_s=job.spending.wall_s(),
            isolation=self._tier,
        )

    def _end(
        self, job: Job, status: Status, error: str, cpu_before_s: float = 0.0
    ) -> Observation:
        """Tell of a call after which the program cannot go on."""
        self._n_ended += 1
        observed = self._observe(job, status, error, cpu_before_s)
        self.close()
        return observed

    def _observe(
        self, job: Job, status: Status, error: str, cpu_before_s: float
    ) -> Observation:
        return outcome.observation(
            job,
            status,
            error,
            tier=self._tier,
            wall_s=job.spending.wall_s(),
            cpu_s=max(0.0, job.cpu_s() - cpu_before_s),
        )


def _question(entry_point: str | None, call: Call) -> bytes:
    """A call in the form that is cheapest for both sides: these words are our own."""
    asked = (entry_point, call.args, call.kwargs)
    try:
        words = marshal.dumps(asked, 2)  # version 2: no two items are made one
    except ValueError:  # something in it is not plain
        return b"p" + pack(asked)
    if len(words) > 5 * MAX_DEPTH:  # the least that so many levels take
        require_shallow(asked)
    return b"m" + words


class Tester:
    """Our own text, run with what users gave, that may ask the judge questions."""

    def __init__(
        self, slot: Slot, child: Child, params: Value, limits: Limits, tier: str
    ) -> None:
        self.cpu_s = 0.0
        self._slot = slot
        self._child = child
        self._params = pack(params)
        self._limits = limits
        self._tier = tier
        self._started: Job | None = None

    def begin(self) -> None:
        """Start it; in a fresh zygote, if the one that we had cannot."""
        self._slot.start()
        try:
            self._started = self._job()
        except SlotDied:
            self._slot.stop()
            self._slot.start()
            self._started = self._job()

    def close(self) -> None:
        """End it, and count what it used."""
        if self._started is not None:
            ending = self._started.close()
            self.cpu_s = ending.cpu_s if ending else 0.0

    def _job(self) -> Job:
        return Job(self._slot, self._child, self._params, self._limits, stdin=None)

    @property
    def job(self) -> Job:
        """The job that began."""
        assert self._started is not None
        return self._started

    def next(self) -> tuple[str, Value] | None:
        """Wait for `request` or `result` and its value; None if it ended instead."""
        payload = self.job.wait_frame()
        said = outcome.message(payload) if payload is not None else None
        if said is not None and said[0] in {"request", "result"}:
            return said[0], said[1]
        if payload is not None:
            self.job.stop(Status.SECURITY_VIOLATION, "said what no tester says")
        return None

    def reply(self, value: Value, waited_s: float) -> None:
        """Answer a request. The time it took is not the tester's."""
        self.job.spending.extend(waited_s)
        self.job.send(pack(value))

    def finished(self, value: Value) -> Observation:
        """What a tester that gave its result showed."""
        self.job.wait_end()
        return self._observe(Status.FINISHED, "", value)

    def failed(self) -> Observation:
        """What a tester that ended without a result showed."""
        ending = self.job.wait_end()
        status, error = outcome.of_end(self.job, ending, is_whole_run=False)
        words = self.job.stderr.decode("utf-8", "replace").strip().splitlines()
        if status is Status.RUNTIME_ERROR and words:
            error = words[-1][:400]
        return self._observe(status, error, None)

    def _observe(self, status: Status, error: str, value: Value) -> Observation:
        return outcome.observation(
            self.job,
            status,
            error,
            tier=self._tier,
            wall_s=self.job.spending.wall_s(),
            cpu_s=self.job.cpu_s(),
            value=value,
        )
