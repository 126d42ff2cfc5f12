"""A warm interpreter behind the wall, which forks one job after another.

It is a fresh process that never held an answer; `boot` makes it. It knows what the
judge tells it over one socket, and obeys four requests (`child`: keep this program text
under a name; `run`: fork a job; `usage`: what has the job used; `kill`: end it). It
tells of `ready`, `started`, `ended` and `usage`, or of `failed`, after which the judge
ends it. All policy is the judge's.

A fork must copy each page of memory that it writes to, if only to count a reference,
and that is most of what a run costs. So whatever can be made once is made before, and a
job of the same limits as the last is closed in before it is asked for (`spare`).
"""

# ruff: noqa: PTH123

from __future__ import annotations

import array
import gc
import json
import os
import resource
import select
import signal
import sys
from _socket import CMSG_SPACE, SCM_RIGHTS, SOL_SOCKET, socket
from collections.abc import Callable
from functools import partial
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from assay.judging import (
    asking,
    guarantees,
    landlock,
    linux,
    loading,
    namespaces,
    usage,
)
from assay.judging.spare import N_FDS, Spare, wait

if TYPE_CHECKING:
    from assay.judging.box import Box
    from assay.judging.job_walls import JobWalls
    from assay.judging.one_process import OneProcessWalls

    Walls = JobWalls | OneProcessWalls
_OWN = vars(loading)["__builtins__"]  # builtins that no program can replace
_ALL_FDS = 1 << 30
_SHORT_MS = 5  # a job that ends within is not told of twice
_NOT_CLOSED = 121  # the exit status of a job that nothing ran in


class Zygote:
    """The state of one slot: its socket, its child programs, its job."""

    def __init__(
        self, control: socket, tier: str, walls: Walls | None, box: Box | None
    ) -> None:
        self._control = control
        self._tier = tier
        self._walls = walls
        self._box = box
        self._children: dict[str, Callable[[], object]] = {}
        self._ours = {
            name: module
            for name, module in sys.modules.items()
            if name.partition(".")[0] == "assay"
        }
        self._landlock = landlock.version() if walls else 0
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self._told, self._tells = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._baseline = _virtual_bytes()
        self._job = 0
        self._pid = 0
        self._pidfd = -1
        self._is_told = True  # that the job started
        self._spare: Spare | None = None
        self._used: Spare | None = None  # that the job is
        self._last_limits: dict[str, Any] = {}
        self._forget()

    def serve(self) -> None:
        """Obey until the judge closes the socket or dies, which is the same."""
        ready = {"is": "ready", "tier": self._tier, "landlock": self._landlock}
        self._tell({**ready, "rss_kb": _peak_kb()})
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            if self._pidfd >= 0:
                poll.register(self._pidfd, select.POLLIN)
            happened = poll.poll(None if self._is_told else _SHORT_MS)
            if not happened:
                self._tell_start()
            for fd, _ in happened:
                if fd == self._pidfd:
                    poll.unregister(fd)
                    self._reap()
                elif not self._obey():
                    return

    def _obey(self) -> bool:
        data, said, _, _ = self._control.recvmsg(1 << 18, CMSG_SPACE(4 * N_FDS))
        if not data:
            return False
        fds = array.array("i", b"".join(words for _, _, words in said)).tolist()
        order = json.loads(data)
        if order["do"] == "child":
            kind = {"is_rare": order["rare"], "asks": order["asks"]}
            self._keep(order["name"], order["source"], **kind)
        elif order["do"] == "run":
            try:
                self._start(order, fds)
            except OSError as error:
                failed = {"is": "failed", "job": order["job"], "what": str(error)}
                self._tell(failed)
        elif order["do"] == "kill":
            if self._pidfd >= 0 and order["job"] == self._job:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        else:
            exact = order["exact"]
            waits = str(self._spare.pid) if self._spare else ""
            used = usage.of_job(self._tier, self._pid, self._pidfd, waits, exact=exact)
            if self._box is not None and not exact:
                used |= self._box.weigh(self._pid)
            self._tell({"is": "usage", "job": self._job, "exact": exact, **used})
        return True

    def _keep(self, name: str, source: str, *, is_rare: bool, asks: bool) -> None:
        """Have a child program ready.

        Its definitions are made here, once; those of a rare one are made in each job,
        so that what it imports is not in the way of all others.
        """
        if self._spare is not None:  # it would not know this one
            self._spare.end()
            self._spare = None
        code = compile(source, f"<{name}>", "exec")
        names: dict[str, Any] = {"__name__": "child", "__builtins__": _OWN}
        if is_rare:
            self._children[name] = partial(_run_text, code, names, self._ours, asks)
            return
        sys.modules.update(self._ours)
        exec(code, names)
        self._children[name] = names["main"]
        self._forget()
        gc.freeze()

    def _forget(self) -> None:
        """Leave nothing of ours where a program would find it by its name."""
        for name in self._ours:
            sys.modules.pop(name, None)

    def _start(self, order: dict[str, Any], fds: list[int]) -> None:
        self._job = order["job"]
        limits, child = order["limits"], order["child"]
        spare, self._spare = self._spare, None
        if spare is not None and spare.limits != limits:
            spare.end()
            spare = None
        if spare is not None and spare.start(child, fds):
            self._pid, self._pidfd, self._used = spare.pid, spare.pidfd, spare
        else:
            self._pid = self._fork(partial(self._become_job, limits, child, fds))
            self._pidfd = os.pidfd_open(self._pid)
        for fd in fds:
            os.close(fd)
        self._is_told = False
        if order["soon"]:
            self._tell_start()
        # Without a /proc the input is copied into the room, so it must be there first.
        can_wait = self._tier == guarantees.NAMESPACES
        if can_wait and limits == self._last_limits:
            self._spare = Spare(limits, partial(self._fork_spare, limits))
        self._last_limits = limits

    def _fork(self, become: Callable[[], None]) -> int:
        """Make a process in a process namespace of its own, where there are such."""
        if self._box is None:
            linux.unshare(linux.CLONE_NEWPID, "process namespace of a job")
        else:
            self._box.make()
        pid = os.fork()
        if pid == 0:
            try:
                become()
            finally:
                os._exit(120)  # a child program ends itself
        if self._box is None:
            linux.enter_namespace(self._own_pids, linux.CLONE_NEWPID)
        return pid

    def _fork_spare(self, limits: dict[str, Any], line: int) -> int:
        return self._fork(partial(self._become_spare, limits, line))

    def _tell_start(self) -> None:
        self._is_told = True
        self._tell({"is": "started", "job": self._job}, self._pidfd)

    def _become_job(self, limits: dict[str, Any], child: str, fds: list[int]) -> None:
        """Close the sandbox around this process and run a child program in it."""
        for target, fd in enumerate(fds):
            os.dup2(fd, target, inheritable=target < 3)
        self._close_in(limits)
        os.closerange(N_FDS, _ALL_FDS)
        self._run(child)

    def _become_spare(self, limits: dict[str, Any], line: int) -> None:
        """Close the sandbox around this process before it is known what for."""
        self._close_in(limits)
        child = wait(line)
        if child is not None:
            self._run(child)

    def _close_in(self, limits: dict[str, Any]) -> None:
        limits = {**limits, "baseline_bytes": self._baseline}
        try:
            if self._box is not None:
                self._box.enter()
            if self._walls is not None:
                self._walls.close(limits)
            else:
                os.setsid()
                namespaces.set_rlimits({**limits, "processes": None})
        except BaseException as error:  # told to the judge, whatever it is
            os.write(self._tells, f"{type(error).__name__}: {error}".encode()[:4000])
            os._exit(_NOT_CLOSED)

    def _run(self, child: str) -> None:
        try:
            self._children[child]()
        except BaseException:  # our own text failed: say where
            sys.excepthook(*sys.exc_info())

    def _reap(self) -> None:
        _, status, used = os.wait4(self._pid, 0)
        left: dict[str, Any] = {}
        if self._box is not None:
            _kill_session(self._pid)
            left = self._box.weigh_left()
            self._box.remove()
        os.close(self._pidfd)
        self._pid, self._pidfd, self._is_told = 0, -1, True
        exit_code = os.waitstatus_to_exitcode(status)
        failure = self._failure() if exit_code == _NOT_CLOSED else ""
        used_up, self._used = self._used, None
        if used_up is not None and not used_up.had_begun():
            failure = failure or "it died while it waited"
        if failure:
            self._tell({"is": "failed", "job": self._job, "what": failure})
            return
        self._tell(
            {
                "is": "ended",
                "job": self._job,
                "exit": exit_code,
                "cpu_s": used.ru_utime + used.ru_stime,
                "peak_kb": used.ru_maxrss,
                **left,
            }
        )

    def leave(self) -> None:
        """End the job, where no namespace does it, and remove what it made."""
        if self._box is None:
            return
        if self._pid:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            _kill_session(self._pid)
        self._box.close()

    def _failure(self) -> str:
        """What a job said that could not be closed in; empty if it was."""
        try:
            return os.read(self._told, 4096).decode(errors="replace")
        except BlockingIOError:
            return ""

    def _tell(self, event: dict[str, Any], *fds: int) -> None:
        tell(self._control, event, *fds)


def tell(control: socket, event: dict[str, Any], *fds: int) -> None:
    """Send the judge one event, with file descriptors if it has any."""
    passed = [(SOL_SOCKET, SCM_RIGHTS, array.array("i", fds))] if fds else []
    control.sendmsg([json.dumps(event).encode()], passed)


def _run_text(
    code: CodeType, names: dict[str, Any], ours: dict[str, ModuleType], asks: bool
) -> None:
    """Run a child program from its text; one that asks with the names to ask by."""
    sys.modules.update(ours)
    exec(code, names | asking.names() if asks else names)
    if not asks:
        names["main"]()


def _virtual_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _kill_session(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
