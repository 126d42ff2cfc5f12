"""One running job, watched: what it says, what it uses, and how it ended.

Blocking, for the executor's threads. All that comes from the job is bytes from a
hostile side: bounded in size, and read by `wire` alone.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import time
from dataclasses import dataclass

from assay.judging.affinity import SharedProcessor
from assay.judging.pipes import Pipes, cpu_clock, process_of
from assay.judging.possible import require_possible
from assay.judging.slot import Child, Slot, SlotDied
from assay.judging.spending import Spending
from assay.judging.wire import HEADER, frame
from assay.types import Limits, Status

_TICK_S = 0.01
_CHUNK = 1 << 16
_LONG_CHUNK = 1 << 20  # dear to ask for, so only for what is long already
_LONG_QUESTION = 1 << 19  # more than half of what the pipe takes at once
_SHORT_MS = 8
_SOON_S = 0.005  # a start that takes longer is made up for
_START_S = 20.0  # for the zygote to tell of a start
_END_S = 20.0  # for the kernel to end a killed tree; longer is a fault of ours
_DRAIN_S = 0.5  # for pipes that a process outside any sandbox still holds
_MAX_REPORT = 4096


class Aborted(Exception):
    """The task that wanted the job was cancelled; the job was ended."""


class Starved(Exception):
    """The wall limit passed while others had the processor: nobody's verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the kernel says of a job's end. `exit_code` is negative for a signal."""

    exit_code: int
    cpu_s: float
    peak_mb: float
    is_out_of_memory: bool = False  # the kernel ended one of its processes for it
    excess: str = ""  # what it left beyond its limits on files


class Job:
    """A job of a slot, from its start to its end."""

    def __init__(
        self,
        slot: Slot,
        child: Child,
        first_frame: bytes,
        limits: Limits,
        *,
        stdin: bytes | None,
        cpu_hard_s: float | None = None,
        memory_bound: str = "address_space",
    ) -> None:
        """Start a job.

        Args:
            first_frame: The first frame on its descriptor 3: what it is to do.
            stdin: The whole of its input; None to hold a conversation on 3 and 4,
                with an empty standard input.
            cpu_hard_s: The kernel's own limit where it must allow many calls.
            memory_bound: Which of the kernel's limits holds each process's memory.
        """
        require_possible(limits)
        self.ending: Ending | None = None
        self.stopped: tuple[Status, str] | None = None  # the limit that we enforced
        self.stdout, self.stderr = bytearray(), bytearray()
        self.answers = bytearray()
        self.limits = limits
        self.max_frame = limits.output_kb * 1024 + 64 if stdin is None else _MAX_REPORT
        self.spending = Spending(limits, slot.baseline_kb / 1024)
        self._slot = slot
        self._outgoing = memoryview(frame(first_frame) if stdin is None else b"")
        self._is_aborted = False
        self._memory_bound = memory_bound
        self._next_tick_s = time.monotonic() + _TICK_S
        self._pid = self._pidfd = self._to_child = -1
        self._fds: dict[int, bytearray] = {}
        self._n_stderr = 0
        self._boot_s = 0.0  # CPU time of its first process before it was a job
        self._ordered_s = 0.0  # when the zygote was told to start it
        self._shared: SharedProcessor | None = None
        self._poll = select.poll()
        self._words = select.poll()  # the zygote's, and nothing that a job can write
        hard = int(cpu_hard_s or limits.cpu_s) + 2
        self._start(child, first_frame, stdin, hard)
        self.begin()

    def begin(self, wall_factor: float = 1.0) -> float:
        """Count the limits from here on: a new call, or the first.

        Gives the CPU seconds that the job's first process used before.
        """
        before_s = self.cpu_s()
        self.spending.begin(before_s, wall_factor)
        self._n_stderr = 0
        return before_s

    def ask(self, payload: bytes) -> bytes | None:
        """Send a question and wait for the next frame, as `wait_frame` does.

        Quick where the answer comes soon and whole, and nothing else happens.
        """
        size = HEADER.size
        if self._outgoing or self.answers or len(payload) > _LONG_QUESTION:
            self.send(payload)
            return self.wait_frame()
        try:
            n_written = os.write(self._to_child, frame(payload))
        except (BlockingIOError, BrokenPipeError):
            n_written = 0
        if n_written < size + len(payload):
            self._outgoing = memoryview(frame(payload))[n_written:]
            return self.wait_frame()
        if time.monotonic() >= self._next_tick_s:  # processes beside it are watched too
            self._ask_usage()
        happened = self._poll.poll(_TICK_S * 1000)
        if len(happened) == 1 and self._fds.get(happened[0][0]) is self.answers:
            data = os.read(happened[0][0], _CHUNK)
            if len(data) >= size:
                (length,) = HEADER.unpack_from(data)
                if length == len(data) - size and length <= self.max_frame:
                    return data[size:]
            self._take_in(happened[0][0], data)
        elif not happened:
            self.leave_alone()
        return self.wait_frame()

    def send(self, payload: bytes) -> None:
        """Say something to the child; `wait_frame` gets it through."""
        self._outgoing = memoryview(bytes(self._outgoing) + frame(payload))
        self._push()

    def wait_frame(self) -> bytes | None:
        """Wait for the child's next frame; None if it ended, or was ended, before."""
        while self.stopped is None:
            found = self.take_frame()
            if found is not None:
                return found
            if self.ending is not None:
                self._drain()
                return self.take_frame()
            self._step()
        return None

    def stay_near(self) -> None:
        """Have it on the processor of this thread while it answers quickly."""
        self._shared = SharedProcessor(self._pid)

    def leave_alone(self) -> None:
        """Let it run where the kernel wants. To be called by the same thread."""
        if self._shared is not None:
            self._shared.leave()
            self._shared = None

    def take_frame(self) -> bytes | None:
        """The next whole frame that has come, if one has."""
        if len(self.answers) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(self.answers)
        if length > self.max_frame:
            self.stop(Status.OUTPUT_LIMIT, "an answer larger than the output limit")
            return None
        if len(self.answers) < HEADER.size + length:
            return None
        payload = bytes(self.answers[HEADER.size : HEADER.size + length])
        del self.answers[: HEADER.size + length]
        return payload

    def wait_end(self) -> Ending:
        """Wait until the job and all that it started is gone."""
        if self.ending is None and self._pidfd < 0:
            heard = self._words.poll(_SHORT_MS)  # most end before they are told of
            if heard and heard[0][0] != self._slot.aborts:
                self._hear()
        while self.ending is None:
            self._step()
        self._drain()
        if self._is_aborted:
            raise Aborted
        if self.stopped is not None and self.stopped[0] is Status.SANDBOX_FAILURE:
            raise Starved
        return self.ending

    def stop(self, status: Status, reason: str) -> None:
        """End the whole tree of processes, for this reason. The first reason stays."""
        if self.stopped is None:
            self.stopped = (status, reason)
            self._stopped_s = time.monotonic()
        if self.ending is not None:
            return
        if self._pidfd < 0:
            self._slot.kill()
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def close(self) -> Ending | None:
        """End the job if it still runs, and let go of what it held."""
        self.leave_alone()
        try:
            is_told_of = self._slot.control is not None
            if self.ending is None and self._ordered_s and is_told_of:
                self.stop(Status.SKIPPED, "closed")
                self.wait_end()
        except (SlotDied, Aborted, Starved):
            self._slot.stop()
        finally:
            for fd in (*self._fds, self._to_child, self._pidfd):
                if fd >= 0:
                    os.close(fd)
            self._fds.clear()
            self._to_child = self._pidfd = -1
        return self.ending

    def cpu_s(self) -> float:
        """CPU seconds of the job's first process so far, exact to the microsecond."""
        if self.ending is not None:
            return self.ending.cpu_s
        return max(0.0, cpu_clock(self._pid) - self._boot_s)

    @property
    def is_silent(self) -> bool:
        """Whether no process is left that could write what the job could."""
        return not self._fds

    @property
    def has_early_words(self) -> bool:
        """Whether the child wrote something that nobody asked for."""
        self._read_waiting()
        return bool(self.answers)

    def _start(
        self, child: Child, first_frame: bytes, stdin: bytes | None, hard: int
    ) -> None:
        question = None if stdin is None else frame(first_frame)
        pipes = Pipes.open(stdin or b"", question)
        self._to_child = pipes.questions
        self._fds = {
            pipes.stdout: self.stdout,
            pipes.stderr: self.stderr,
            pipes.answers: self.answers,
        }
        limits = {
            "cpu_hard_s": hard,
            "memory_mb": self.limits.memory_mb,
            "memory_bound": self._memory_bound,
            "disk_mb": self.limits.disk_mb,
            "files": self.limits.files,
            "processes": self.limits.processes,
        }
        try:
            self._slot.run(child, limits, list(pipes.given), soon=stdin is None)
        except BaseException:
            self.close()
            raise
        finally:
            pipes.close_given()
        assert self._slot.control is not None
        self._ordered_s = time.monotonic()
        self._words.register(self._slot.control, select.POLLIN)
        self._words.register(self._slot.aborts, select.POLLIN)
        for fd in (*self._fds, self._slot.control.fileno(), self._slot.aborts):
            self._poll.register(fd, select.POLLIN)
        self._push()

    def _step(self) -> None:
        """Wait for one round of events, at most a tick, and look at the limits."""
        if self._outgoing and self._to_child >= 0:
            self._poll.register(self._to_child, select.POLLOUT)
        for fd, _ in self._poll.poll(_TICK_S * 1000):
            if fd in self._fds:
                self._read(fd)
            elif fd == self._to_child:
                self._poll.unregister(fd)
                self._push()
            elif fd == self._slot.aborts:
                self._poll.unregister(fd)
                self._is_aborted = True
                self.stop(Status.SKIPPED, "cancelled")
            else:
                self._hear()
        if self.ending is not None:
            return
        if self._pidfd < 0 and time.monotonic() - self._ordered_s > _START_S:
            raise SlotDied(f"the zygote was silent for {_START_S:g} s")
        if self.stopped is not None:
            if time.monotonic() - self._stopped_s > _END_S:
                raise SlotDied(f"a killed job did not end within {_END_S:g} s")
        elif self._pidfd < 0:
            return  # what it waits for is the computer
        elif (passed := self.spending.limit_passed(self.cpu_s())) is not None:
            self.stop(*passed)
        elif time.monotonic() >= self._next_tick_s:
            self._ask_usage()

    def _drain(self) -> None:
        """Read what the ended job wrote and nobody read yet."""
        for fd in tuple(self._fds):
            while fd in self._fds and self.stopped is None and self._read(fd):
                pass
        until = time.monotonic() + _DRAIN_S
        while self._fds and time.monotonic() < until:
            self._step()

    def _read(self, fd: int) -> bool:
        """Take in what is there; whether there was anything."""
        is_long = len(self._fds[fd]) >= _CHUNK
        try:
            data = os.read(fd, _LONG_CHUNK if is_long else _CHUNK)
        except BlockingIOError:  # or the job opened the pipe anew and was faster
            return False
        self._take_in(fd, data)
        return True

    def _take_in(self, fd: int, data: bytes) -> None:
        buffer = self._fds[fd]
        if not data:
            self._poll.unregister(fd)
            del self._fds[fd]
            os.close(fd)
            return
        buffer += data
        cap = self.limits.output_kb * 1024
        if buffer is self.stderr:
            self._n_stderr += len(data)
            del self.stderr[:-_CHUNK]
        if len(self.stdout) > cap or self._n_stderr > cap:
            del self.stdout[cap:]
            kilobytes = self.limits.output_kb
            self.stop(Status.OUTPUT_LIMIT, f"more than {kilobytes} KB of output")
        elif len(self.answers) > self.max_frame + HEADER.size:
            del self.answers[:]
            self.stop(Status.OUTPUT_LIMIT, "an answer larger than the output limit")

    def _read_waiting(self) -> None:
        for fd, _ in self._poll.poll(0):
            if fd in self._fds:
                self._read(fd)

    def _push(self) -> None:
        """Write what the pipe takes; the rest when it has room."""
        try:
            while self._outgoing:
                n_written = os.write(self._to_child, self._outgoing)
                self._outgoing = self._outgoing[n_written:]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._outgoing = memoryview(b"")  # it left; its end says how

    def _hear(self) -> None:
        event, passed = self._slot.hear()
        if event["is"] == "started":
            self._pidfd, self._pid = passed[0], process_of(passed[0])
            self._boot_s = event.get("boot_s", 0.0)
            self.spending.extend(max(0.0, self.spending.wall_s() - _SOON_S))
        elif event["is"] == "failed":
            self._slot.stop()  # nothing more will be told of this job
            raise SlotDied(f"a sandbox did not close: {event['what']}")
        elif event["is"] == "usage":
            self._next_tick_s = time.monotonic() + _TICK_S
            self.spending.note(event, self.cpu_s())
            if self.spending.needs_exact_memory:
                self._ask_usage(exact=True)
        elif event["is"] == "ended":
            baseline_kb = self._slot.baseline_kb
            self.ending = Ending(
                exit_code=event["exit"],
                # The kernel leaves out children that were killed with the first.
                cpu_s=max(event["cpu_s"], self.spending.tree_cpu_s),
                peak_mb=max(0, event["peak_kb"] - baseline_kb) / 1024,
                is_out_of_memory=self._slot.ran_out_of_memory(),
                excess=self.spending.excess_left(event),
            )

    def _ask_usage(self, *, exact: bool = False) -> None:
        self._next_tick_s = math.inf  # until the answer came
        self._slot.tell({"do": "usage", "exact": exact})
